#include "remote/smtp_protocol.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "remote/smtp_verdict.hpp"
#include "remote/wordings.hpp"

namespace postern::remote {

namespace {

[[noreturn]] void refuse(std::string_view what, const smtp::Reply& reply) {
    const auto why = fmt::format("{}: {}", what, in_words(reply));
    if (wants_fewer(reply)) throw Farewell(why, true);
    throw Refused(why);
}

// RFC 5321 3.8: 421 says that the connection closes, whatever it answers.
[[noreturn]] void take_leave(std::string words, const smtp::Reply& reply) {
    throw Farewell("it closes: " + std::move(words), wants_fewer(reply));
}

}  // namespace

net::Task<> SmtpProtocol::prepare(Wire& wire, const Security& security) {
    if (security.kind == Security::Kind::implicit) co_await wire.start_tls(security);
    co_await hear_greeting(wire);
    co_await say_hello(wire);
    co_await start_tls(wire, security);
    require_a_method();
}

net::Task<> SmtpProtocol::hear_greeting(Wire& wire) {
    const auto greeting = co_await hear(wire);
    if (greeting.code == 421) take_leave(in_words(greeting), greeting);
    if (greeting.code != 220) refuse("the greeting is none", greeting);
}

// By our address, as mail clients do (RFC 5321 4.1.4): a server may look up a name.
net::Task<> SmtpProtocol::say_hello(Wire& wire) {
    const auto reply = co_await ask(wire, fmt::format("{} {}", hello_, wire.own_address()));
    if (reply.code != 250) refuse(fmt::format("{} is refused", hello_), reply);
    offered_ = smtp::parse_ehlo(reply);
}

net::Task<> SmtpProtocol::start_tls(Wire& wire, const Security& security) {
    const bool required = security.kind == Security::Kind::starttls;
    if (!required && security.kind != Security::Kind::starttls_if_offered) co_return;
    if (!offered_.starttls) {
        if (required) throw Refused("it offers no STARTTLS");
        co_return;
    }
    const auto reply = co_await ask(wire, "STARTTLS");
    if (reply.code != 220) refuse("STARTTLS is refused", reply);
    co_await wire.start_tls(security);
    co_await say_hello(wire);  // RFC 3207 4.2: what was offered in the clear may be forged
}

bool SmtpProtocol::offers(std::string_view mechanism) const {
    return std::ranges::find(offered_.auth, mechanism) != offered_.auth.end();
}

void SmtpProtocol::require_a_method() const {
    if (!offers("PLAIN") && !offers("LOGIN"))
        throw Refused("it offers neither AUTH PLAIN nor AUTH LOGIN");
}

std::string SmtpProtocol::method() const {
    return offers("PLAIN") ? "AUTH PLAIN" : "AUTH LOGIN";
}

net::Task<Judgement> SmtpProtocol::authenticate(Wire& wire, std::string login,
                                                const crypto::Secret& password) {
    const auto make = offers("PLAIN") ? auth_plain_command : auth_login_command;
    const auto lines = make(login, password);
    smtp::Reply reply;
    std::size_t said = 0;
    do {
        co_await wire.write(lines[said++].reveal());
        reply = co_await hear(wire);
    } while (reply.code == 334 && said < lines.size());
    if (reply.code == 334) throw ProtocolError("it asks for more than there is");

    const auto words = reply.summary();
    for (auto& line : reply.lines)
        line = without_login(std::move(line), login);
    if (reply.code == 421)
        take_leave(without_password(in_words(reply), words, login, password), reply);
    auto judgement = judge_login(reply);
    auto* unavailable = std::get_if<identity::Unavailable>(&judgement.verdict);
    // Nothing that is said of a password which was never sent is an answer.
    const bool early = unavailable == nullptr && said < lines.size();
    if (early) throw ProtocolError("an answer before the question was complete");
    if (unavailable != nullptr)
        unavailable->why = without_password(std::move(unavailable->why), words, login, password);
    co_return judgement;
}

net::Task<> SmtpProtocol::leave(Wire& wire) {
    co_await wire.write("QUIT\r\n");
    co_await wire.drain();
}

net::Task<smtp::Reply> SmtpProtocol::hear(Wire& wire) {
    using Status = smtp::ReplyParser::Status;
    for (;;) {
        const auto status = parser_.feed(wire.input());
        if (status == Status::garbage) throw ProtocolError("that is no SMTP reply");
        if (status == Status::complete) co_return parser_.take();
        co_await wire.read();
    }
}

// 421 is no answer.
net::Task<smtp::Reply> SmtpProtocol::ask(Wire& wire, std::string command) {
    command += "\r\n";
    co_await wire.write(command);
    auto reply = co_await hear(wire);
    if (reply.code == 421) take_leave(in_words(reply), reply);
    co_return reply;
}

}  // namespace postern::remote
