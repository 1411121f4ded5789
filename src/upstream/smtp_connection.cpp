#include "upstream/smtp_connection.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>

#include "observe/events.hpp"
#include "smtp/replies.hpp"

namespace postern::upstream {

namespace {

namespace replies = smtp::replies;
namespace asio = net::asio;
namespace events = observe::events;

// RFC 2920 3.1: neither side may wait for the other to read. So many commands and their replies fit
// into any socket's buffers.
constexpr std::size_t most_unanswered = 64;

class Closing : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

bool is_closing(const boost::system::error_code& error) {
    return error == asio::error::eof || error == asio::error::connection_reset ||
           error == asio::error::broken_pipe || error == asio::error::connection_aborted;
}

}  // namespace

SmtpConnection::SmtpConnection(std::shared_ptr<SmtpDestination> destination, ClientIdentity client,
                               net::Slots::Slot slot, Dialled dialled)
    : destination_(std::move(destination)),
      client_(std::move(client)),
      slot_(std::move(slot)),
      wire_(std::move(dialled.wire)),
      offered_(std::move(dialled.offered)) {}

void SmtpConnection::mail(const smtp::Mail& mail) {
    utf8_ = mail.smtputf8;
    answered_ = false;
    mail_accepted_ = false;
    queue_.push_back({mail});
}

void SmtpConnection::rcpt(const smtp::Rcpt& rcpt) {
    queue_.push_back({rcpt});
}

net::Task<smtp::Reply> SmtpConnection::reply() {
    if (queue_.empty()) co_return replies::mail_first();
    const bool is_mail = queue_.front().is_mail();
    auto answer = co_await answer_to(queue_.front());
    queue_.pop_front();
    answered_ = true;
    if (is_mail) mail_accepted_ = answer.positive();
    co_return answer;
}

net::Task<smtp::Reply> SmtpConnection::answer_to(const Queued& oldest) {
    const Stage stage = oldest.stage();
    if (!oldest.is_mail() && !mail_accepted_) {
        if (oldest.sent) co_await skip_answer();
        co_return replies::mail_first();
    }
    for (;;) {
        if (wire_ && !oldest.sent && !can_carry(oldest)) co_return cannot_carry(stage);
        const auto patience = oldest.is_mail() ? timeouts().mail : timeouts().rcpt;
        auto answer = co_await exchange(send_queued(), patience);
        if (answer) co_return conclude(stage, *answer);
        if (!may_replace()) co_return lost(stage);
        if (auto refusal = co_await replace()) co_return *refusal;
    }
}

net::Task<> SmtpConnection::send_queued() {
    const std::size_t window = offered_.pipelining ? most_unanswered : 1;
    std::string lines;
    for (std::size_t i = 0; i < std::min(window, queue_.size()); ++i) {
        auto& each = queue_[i];
        if (each.sent) continue;
        if (!can_carry(each)) break;  // has its answer when its turn comes
        const auto* mail = std::get_if<smtp::Mail>(&each.command);
        lines += mail ? smtp::format(*mail, offered_, trace_allowance)
                      : smtp::format(std::get<smtp::Rcpt>(each.command), offered_);
        lines += "\r\n";
        each.sent = true;
    }
    if (lines.empty()) co_return;
    begun_ = true;
    co_await wire_->send(lines);
}

// The next hop's answer to an RCPT that was pipelined behind a refused MAIL.
net::Task<> SmtpConnection::skip_answer() {
    if (!wire_) co_return;
    wire_->expires_after(timeouts().rcpt);
    smtp::Reply skipped;
    co_await attempt(hear(skipped));
}

bool SmtpConnection::can_carry(const Queued& queued) const {
    return std::visit([this](const auto& each) { return smtp::can_carry(each, offered_); },
                      queued.command);
}

smtp::Reply SmtpConnection::cannot_carry(Stage stage) {
    destination_->probe_wanted.ring();
    log(events::relay_failed, stage, "it does not offer an extension that the transaction uses");
    return replies::next_hop_misconfigured();
}

bool SmtpConnection::may_replace() const {
    return carried_before_ && !answered_ && closed_by_peer_ && slot_;
}

// nullopt: there is a new connection, and nothing has been said on it.
net::Task<std::optional<smtp::Reply>> SmtpConnection::replace() {
    carried_before_ = false;
    closed_by_peer_ = false;
    begun_ = false;
    for (auto& each : queue_)
        each.sent = false;
    auto dialled = co_await dial(*destination_, client_);
    wire_ = std::move(dialled.wire);
    offered_ = std::move(dialled.offered);
    if (!wire_) co_return dialled.refusal;
    co_return std::nullopt;
}

net::Task<smtp::Reply> SmtpConnection::data() {
    if (!queue_.empty() || !mail_accepted_) co_return replies::mail_first();
    auto answer = co_await exchange(say("DATA"), timeouts().data);
    if (!answer) co_return lost(Stage::data);
    auto reply = conclude(Stage::data, *answer);
    in_message_ = reply.code == 354;
    // RFC 5321 4.1.1.4 leaves open whether a refused DATA ends the transaction.
    if (!in_message_) co_await reset();
    co_return reply;
}

net::Task<bool> SmtpConnection::write(std::string_view octets) {
    if (!in_message_ || !wire_ || stopped_) co_return false;
    wire_->expires_after(timeouts().block);
    bool go_on = false;
    const bool sent = co_await attempt(send_piece(octets, go_on));
    stopped_ = !sent || !go_on;
    co_return !stopped_;
}

// A peer that resets the connection may have said why: that can still be read.
net::Task<> SmtpConnection::send_piece(std::string_view octets, bool& go_on) {
    try {
        go_on = co_await wire_->send_and_listen(octets);
    } catch (const boost::system::system_error& error) {
        if (!is_closing(error.code())) throw;
    }
}

net::Task<smtp::Reply> SmtpConnection::finish() {
    if (!in_message_) co_return replies::mail_first();
    in_message_ = false;
    begun_ = false;
    mail_accepted_ = false;
    carried_before_ = true;
    // What is there before our end of data cannot be the answer to it.
    const bool early = std::exchange(stopped_, false) || !wire_ || wire_->is_out_of_step();
    if (early) co_return co_await early_answer();
    auto answer = co_await exchange(say("."), timeouts().message);
    if (!answer) co_return lost(Stage::message);
    co_return conclude(Stage::message, *answer);
}

// The next hop spoke, or hung up, while the message was on its way. A refusal is one, but nothing
// that it said then can acknowledge the message; and the connection is of no more use.
net::Task<smtp::Reply> SmtpConnection::early_answer() {
    if (!wire_) co_return lost(Stage::message);
    wire_->expires_after(timeouts().reset);
    smtp::Reply reply;
    if (!co_await attempt(hear(reply))) co_return lost(Stage::message);
    if (reply.positive()) {
        cut("it answered before the end of data: " + reply.summary(), false);
        co_return lost(Stage::message);
    }
    wire_.reset();
    co_return conclude(Stage::message, reply);
}

net::Task<> SmtpConnection::abandon() {
    if (in_message_) cut("the message was given up", false);
    in_message_ = false;
    stopped_ = false;
    if (wire_ && begun_) co_await reset();
    queue_.clear();
    mail_accepted_ = false;
}

// RSET, and what is still to be heard before its reply.
net::Task<> SmtpConnection::reset() {
    const auto unheard = std::ranges::count_if(queue_, &Queued::sent);
    queue_.clear();
    begun_ = false;
    mail_accepted_ = false;
    carried_before_ = true;
    if (!wire_) co_return;
    wire_->expires_after(timeouts().reset);
    if (!co_await attempt(say("RSET"))) co_return;
    smtp::Reply reply;
    for (auto i = unheard; i >= 0; --i) {
        if (!co_await attempt(hear(reply))) co_return;
    }
    if (reply.code != 250) cut("RSET: " + reply.summary(), false);
}

bool SmtpConnection::usable() const {
    return wire_ && queue_.empty() && !in_message_ && !wire_->is_out_of_step();
}

net::Task<> SmtpConnection::quit() {
    if (usable()) co_await wire_->quit(timeouts().quit);
    wire_.reset();
    slot_.reset();
}

// nullopt: the connection is lost, `why_cut_` and `closed_by_peer_` tell how.
net::Task<std::optional<smtp::Reply>> SmtpConnection::exchange(net::Task<> sending,
                                                               SmtpTimeouts::Duration patience) {
    if (!wire_) co_return std::nullopt;
    wire_->expires_after(patience);
    smtp::Reply reply;
    if (!co_await attempt(std::move(sending))) co_return std::nullopt;
    if (!co_await attempt(hear(reply))) co_return std::nullopt;
    co_return reply;
}

net::Task<> SmtpConnection::say(std::string_view line) {
    co_await wire_->send(std::string(line) + "\r\n");
}

// RFC 5321 3.8: 421 says that the connection closes, whatever it answers.
net::Task<> SmtpConnection::hear(smtp::Reply& reply) {
    reply = co_await wire_->reply();
    if (reply.code == 421) throw Closing(reply.summary());
}

// Takes a step on the wire. False: it broke, and the wire is gone.
net::Task<bool> SmtpConnection::attempt(net::Task<> step) {
    try {
        co_await std::move(step);
        co_return true;
    } catch (const boost::system::system_error& error) {
        cut(error.code().message(), is_closing(error.code()));
        if (error.code() == asio::error::operation_aborted) throw;
    } catch (const Closing& error) {
        cut(error.what(), true);
    } catch (const std::exception& error) {
        cut(error.what(), false);
    }
    co_return false;
}

void SmtpConnection::cut(std::string why, bool by_peer) {
    wire_.reset();
    why_cut_ = std::move(why);
    closed_by_peer_ = by_peer;
    // Somebody else can use the place while our client makes up its mind about 451.
    if (!may_replace()) slot_.reset();
}

smtp::Reply SmtpConnection::conclude(Stage stage, const smtp::Reply& reply) {
    auto verdict = translate(stage, reply, utf8_);
    if (verdict.fault == Fault::misconfigured) {
        log(events::nexthop_misconfigured, stage, reply.summary());
    }
    if (verdict.fault == Fault::lost) {
        cut(reply.summary(), false);
        return lost(stage);
    }
    return std::move(verdict.reply);
}

smtp::Reply SmtpConnection::lost(Stage stage) {
    // One line for one loss, however many recipients were waiting for their answer.
    if (!why_cut_.empty()) log(events::relay_failed, stage, std::exchange(why_cut_, {}));
    return replies::next_hop_lost();
}

void SmtpConnection::log(const observe::Event& event, Stage stage, const std::string& why) {
    destination_->log.write(
        event, client_.subject,
        {{"next-hop", destination_->name}, {"stage", to_string(stage)}, {"why", why}});
}

}  // namespace postern::upstream
