// What each command does, once it is in order.
#include "observe/events.hpp"
#include "session/offer.hpp"
#include "session/session.hpp"
#include "smtp/replies.hpp"

namespace postern::session {

namespace {

namespace events = observe::events;
namespace replies = smtp::replies;

}  // namespace

net::Task<> Session::handle(const smtp::Ehlo& command) {
    co_await hello(command.domain, true);
    offered_ = capabilities_of(*environment_, listener_, facts_);
    client_.say(smtp::ehlo_reply(settings_.hostname, offered_));
}

net::Task<> Session::handle(const smtp::Helo& command) {
    co_await hello(command.domain, false);
    offered_ = {};
    client_.say(replies::helo(settings_.hostname));
}

net::Task<> Session::hello(const std::string& domain, bool extended) {
    co_await relay_.abandon();
    // A next hop that has been told otherwise (XCLIENT) cannot be told again.
    const bool is_news = domain != facts_.helo_domain || extended != dialogue_.extended();
    if (is_news) co_await relay_.disconnect();
    facts_.helo_domain = domain;
    dialogue_.hello(extended);
}

// RFC 3207. What came in the clear behind the command was not said by the client we are going to
// know.
net::Task<> Session::handle(const smtp::StartTls&) {
    if (!client_.body().empty()) {
        environment_->log.write(events::session_injection, subject_, {});
        co_return end(replies::injection());
    }
    co_await relay_.disconnect();
    client_.say(replies::ready_for_tls());
    co_await start_tls();
    facts_.forget_client();
    offered_ = {};
}

net::Task<> Session::handle(const smtp::Auth& command) {
    const bool too_many = co_await authentication_.run(command);
    if (facts_.principal) {
        dialogue_.authenticated();
        co_await relay_.disconnect();  // it was opened for somebody nobody knew
    } else if (too_many) {
        end(replies::too_many_attempts());
    }
}

net::Task<> Session::handle(const smtp::Mail& command) {
    facts_.set_sender(command.reverse_path, settings_.auth.sender.local_part_case);
    auto objection = envelope_rules_.objection(command);
    if (command.size && *command.size > offered_.size.value_or(0))
        objection = replies::message_too_big();
    if (!objection) objection = co_await relay_.mail(command);
    if (!objection) co_return void(transaction_begun_ = net::Clock::now());
    dialogue_.refused();
    client_.say(*objection);
}

net::Task<> Session::handle(const smtp::Rcpt& command) {
    facts_.set_rcpt(command.forward_path, settings_.auth.sender.local_part_case);
    auto objection = envelope_rules_.objection(command, relay_.recipients());
    if (!objection) co_return relay_.recipient(command);
    co_await relay_.settle();
    dialogue_.refused();
    client_.say(*objection);
}

net::Task<> Session::handle(const smtp::Data&) {
    if (!co_await relay_.message()) still_sending();
}

net::Task<> Session::handle(const smtp::Bdat& command) {
    if (!co_await relay_.chunk(command)) still_sending();
}

net::Task<> Session::handle(const smtp::Rset&) {
    co_await relay_.abandon();
    client_.say(replies::ok());
}

net::Task<> Session::handle(const smtp::Noop&) {
    client_.say(replies::ok());
    co_return;
}

net::Task<> Session::handle(const smtp::Vrfy&) {
    client_.say(replies::vrfy());
    co_return;
}

net::Task<> Session::handle(const smtp::Expn&) {
    client_.say(replies::expn());
    co_return;
}

net::Task<> Session::handle(const smtp::Help&) {
    client_.say(replies::help());
    co_return;
}

net::Task<> Session::handle(const smtp::Quit&) {
    end(replies::goodbye());
    co_return;
}

}  // namespace postern::session
