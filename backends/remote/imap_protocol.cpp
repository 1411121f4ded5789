#include "remote/imap_protocol.hpp"

#include <fmt/format.h>

#include "remote/imap_verdict.hpp"
#include "remote/wordings.hpp"

namespace postern::remote {

namespace {

using Kind = ImapResponse::Kind;

}  // namespace

net::Task<> ImapProtocol::prepare(Wire& wire, const Security& security) {
    if (security.kind == Security::Kind::implicit) co_await wire.start_tls(security);
    co_await hear_greeting(wire);
    co_await start_tls(wire, security);
    if (!offered_.known) co_await ask_capabilities(wire);
    require_a_method();
}

net::Task<> ImapProtocol::hear_greeting(Wire& wire) {
    const auto greeting = co_await hear(wire);
    if (greeting.kind != Kind::untagged) throw ProtocolError("the greeting is none");
    if (greeting.name == "PREAUTH") throw Refused("it has logged us in by itself (PREAUTH)");
    if (greeting.name != "OK") throw ProtocolError("the greeting is " + greeting.name);
    offered_.learn(greeting);
}

net::Task<> ImapProtocol::start_tls(Wire& wire, const Security& security) {
    const bool required = security.kind == Security::Kind::starttls;
    if (!required && security.kind != Security::Kind::starttls_if_offered) co_return;
    if (!offered_.known) co_await ask_capabilities(wire);
    if (!offered_.starttls) {
        if (required) throw Refused("it offers no STARTTLS");
        co_return;
    }
    const auto answer = co_await ask(wire, "STARTTLS");
    if (answer.name != "OK") throw Refused("STARTTLS is refused: " + answer.text);
    co_await wire.start_tls(security);
    offered_ = {};  // RFC 9051 section 6.2.1: what was offered in the clear may be forged
}

net::Task<> ImapProtocol::ask_capabilities(Wire& wire) {
    const auto answer = co_await ask(wire, "CAPABILITY");
    if (answer.name != "OK" || !offered_.known) throw ProtocolError("it tells no capabilities");
}

void ImapProtocol::require_a_method() const {
    if (!offered_.auth_plain && offered_.login_disabled)
        throw Refused("it offers neither AUTH=PLAIN nor LOGIN (LOGINDISABLED)");
}

std::string ImapProtocol::method() const {
    return offered_.auth_plain ? "AUTHENTICATE PLAIN" : "LOGIN";
}

net::Task<Judgement> ImapProtocol::authenticate(Wire& wire, std::string login,
                                                const crypto::Secret& password) {
    auto tag = next_tag();
    const auto make = offered_.auth_plain ? authenticate_command : login_command;
    auto command = make(tag, login, password, offered_);
    if (offered_.id) command.front() = behind_id(command.front());
    auto response = co_await exchange(wire, std::move(tag), std::move(command));
    response.text = without_login(std::move(response.text), login);
    auto judgement = judge_login(response);
    if (auto* unavailable = std::get_if<identity::Unavailable>(&judgement.verdict))
        unavailable->why =
            without_password(std::move(unavailable->why), response.text, login, password);
    co_return judgement;
}

// RFC 2971: who we are, for the log of whoever runs the server. Whatever it answers will do, so
// nobody waits for that.
crypto::Secret ImapProtocol::behind_id(const crypto::Secret& piece) {
    id_tag_ = next_tag();
    constexpr std::string_view words =
        " ID (\"name\" \"Postern\" \"version\" \"" POSTERN_VERSION "\")\r\n";
    std::string both;
    both.reserve(id_tag_.size() + words.size() + piece.reveal().size());
    both.append(id_tag_).append(words).append(piece.reveal());
    return crypto::Secret::take(both);
}

net::Task<> ImapProtocol::leave(Wire& wire) {
    co_await wire.write(next_tag() + " LOGOUT\r\n");
    co_await wire.drain();
}

// --- one command

std::string ImapProtocol::next_tag() {
    return fmt::format("A{}", ++tags_);
}

net::Task<ImapResponse> ImapProtocol::hear(Wire& wire) {
    for (;;) {
        const auto status = parser_.feed(wire.input());
        if (status == ImapResponseParser::Status::garbage) throw ProtocolError(parser_.why());
        if (status == ImapResponseParser::Status::complete) break;
        co_await wire.read();
    }
    auto response = parser_.take();
    const bool is_farewell = response.kind == Kind::untagged && response.name == "BYE";
    if (is_farewell) throw Farewell("it says BYE: " + response.text, wants_fewer(response));
    co_return response;
}

net::Task<ImapResponse> ImapProtocol::ask(Wire& wire, std::string_view words) {
    auto tag = next_tag();
    ImapCommand command;
    command.emplace_back(fmt::format("{} {}\r\n", tag, words));
    co_return co_await exchange(wire, std::move(tag), std::move(command));
}

net::Task<ImapResponse> ImapProtocol::exchange(Wire& wire, std::string tag, ImapCommand command) {
    std::size_t said = 0;
    co_await wire.write(command[said++].reveal());
    for (;;) {
        auto response = co_await hear(wire);
        offered_.learn(response);
        if (response.kind == Kind::untagged) continue;
        const bool is_of_id = !id_tag_.empty() && response.tag == id_tag_;
        if (is_of_id) {
            id_tag_.clear();
            continue;
        }
        if (response.kind == Kind::tagged) {
            // RFC 9051 section 4.3: a literal may be refused before it is sent.
            if (response.tag != tag) throw ProtocolError("an answer to something else");
            // Nor is a "no" one about a password that was never sent.
            const bool early = said < command.size();
            if (early) throw ProtocolError("an answer before the question was complete");
            co_return response;
        }
        if (said == command.size()) throw ProtocolError("it asks for more than there is");
        co_await wire.write(command[said++].reveal());
    }
}

}  // namespace postern::remote
