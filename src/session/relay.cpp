#include "session/relay.hpp"

#include "observe/events.hpp"
#include "session/received.hpp"
#include "smtp/replies.hpp"

namespace postern::session {

namespace {

namespace events = observe::events;
namespace replies = smtp::replies;

}  // namespace

upstream::ClientIdentity Relay::identity() const {
    return {subject_,
            facts_.remote_ip,
            facts_.remote_port,
            facts_.local_ip,
            facts_.local_port,
            facts_.helo_domain,
            dialogue_.extended(),
            facts_.principal ? facts_.principal->name : ""};
}

// The connection that is there serves as long as the settings still name its next hop.
net::Task<std::optional<smtp::Reply>> Relay::connect() {
    const auto name = environment_.settings.relay.next_hop.text(facts_);
    if (connection_ && (name != next_hop_ || !connection_->usable())) co_await disconnect();
    if (connection_) co_return std::nullopt;

    const auto found = environment_.next_hops.find(name);
    if (found == environment_.next_hops.end()) {
        environment_.log.write(events::relay_failed, subject_,
                               {{"next-hop", name}, {"why", "there is none of that name"}});
        co_return replies::next_hop_misconfigured();
    }
    auto opened = co_await found->second->open(identity());
    if (!opened.connection) co_return opened.refusal;
    next_hop_ = name;
    connection_ = std::move(opened.connection);
    co_return std::nullopt;
}

net::Task<std::optional<smtp::Reply>> Relay::mail(const smtp::Mail& mail) {
    if (auto refusal = co_await connect()) co_return refusal;
    connection_->mail(mail);
    owed_.push_back({.is_mail = true});
    last_recipient_.clear();
    dialogue_.mail_accepted(mail);  // until the next hop says otherwise
    co_return std::nullopt;
}

void Relay::recipient(const smtp::Rcpt& recipient) {
    connection_->rcpt(recipient);
    owed_.push_back({.recipient = recipient.forward_path.text});
    ++pending_recipients_;
}

net::Task<> Relay::settle() {
    while (!owed_.empty()) {
        const auto reply = co_await connection_->reply();
        const auto owed = std::move(owed_.front());
        owed_.pop_front();
        answer(owed, reply);
    }
    // Within a transaction a lost connection stays: it answers 451 to whatever is still to come.
    if (!dialogue_.in_transaction()) drop_when_useless();
}

void Relay::drop_when_useless() {
    if (connection_ && !connection_->usable()) connection_.reset();
}

void Relay::answer(const Owed& owed, const smtp::Reply& reply) {
    client_.say(reply);
    if (owed.is_mail) {
        if (!reply.positive()) dialogue_.transaction_over();
    } else {
        --pending_recipients_;
        if (reply.positive()) {
            dialogue_.recipient_accepted();
            last_recipient_ = owed.recipient;
        }
    }
    if (reply.positive()) return;
    dialogue_.refused();
    environment_.log.write(events::relay_refused, subject_,
                           {{"command", owed.is_mail ? "MAIL" : "RCPT"},
                            {"path", owed.is_mail ? facts_.sender : owed.recipient},
                            {"reply", reply.summary()}});
}

// While the next hop makes us wait the client's data rate is not its own fault.
template <class T>
net::Task<T> Relay::unhurried(net::Task<T> step) {
    const auto begun = net::Clock::now();
    auto result = co_await std::move(step);
    client_.pause_body(net::Clock::now() - begun);
    co_return result;
}

// What comes behind our 354 is read to its end whatever happens, so that it is never taken for
// commands.
net::Task<bool> Relay::message() {
    const auto& limits = environment_.settings.limits;
    HeaderShare share(environment_.header_memory, limits.header_limit);
    if (!share.granted()) {
        client_.say(replies::no_memory_for_header());
        co_await abandon();
        co_return true;
    }
    client_.say(replies::start_mail());
    receiving_ = true;
    BodyReader body(client_);
    const auto recipients = dialogue_.recipients();
    const auto reply = co_await deliver(body, share);
    log_end(reply, recipients, body.octets());
    const bool at_end =
        co_await body.swallow(limits.message_size, net::Clock::now() + limits.swallow);
    receiving_ = false;
    client_.end_body();
    client_.say(at_end ? reply : replies::still_sending());
    dialogue_.transaction_over();
    drop_when_useless();
    co_return at_end;
}

// Hold the header, judge it, and only then open the next hop's ears and pass the message through. A
// message that is refused is given up at the next hop before the client hears why.
net::Task<smtp::Reply> Relay::deliver(BodyReader& body, HeaderShare& share) {
    HeldHeader header(environment_.settings.limits.header_limit);
    auto refusal = co_await hold_header(body, header);
    if (!refusal) {
        auto answer = co_await unhurried(connection_->data());
        if (answer.code != 354) refusal = std::move(answer);
    }
    if (refusal) {
        co_await connection_->abandon();
        co_return *refusal;
    }
    const bool begun = co_await write(trace() + header.octets());
    header = HeldHeader(0);
    share.give_back();
    if (!begun) co_return co_await connection_->finish();
    co_return co_await stream(body);
}

net::Task<std::optional<smtp::Reply>> Relay::hold_header(BodyReader& body, HeldHeader& header) {
    while (!header.complete() && !body.ended()) {
        co_await body.next();
        body.consume(header.take(body.content()));
        if (header.too_long()) break;
        if (auto refusal = objection(body)) co_return refusal;
    }
    co_return header.objection();
}

net::Task<smtp::Reply> Relay::stream(BodyReader& body) {
    while (!body.ended()) {
        co_await body.next();
        if (!co_await write(body.content())) co_return co_await connection_->finish();
        body.consume(body.content().size());
        if (auto refusal = objection(body)) {
            co_await connection_->abandon();
            co_return *refusal;
        }
    }
    co_return co_await connection_->finish();
}

net::Task<bool> Relay::write(std::string_view octets) {
    if (octets.empty()) co_return true;
    co_return co_await unhurried(connection_->write(octets));
}

std::optional<smtp::Reply> Relay::objection(const BodyReader& body) const {
    if (body.violated()) return body.violation();
    if (body.octets() > environment_.settings.limits.message_size)
        return replies::message_too_big();
    return std::nullopt;
}

std::string Relay::trace() const {
    const auto& settings = environment_.settings;
    return received_field(
        {.helo = facts_.helo_domain,
         .address = settings.relay.received_client_address ? facts_.remote_ip : "",
         .login = settings.relay.received_login && facts_.principal ? facts_.principal->name : "",
         .hostname = settings.hostname,
         .session = subject_.session,
         .extended = dialogue_.extended(),
         .tls = facts_.is_tls,
         .authenticated = facts_.principal.has_value(),
         .smtputf8 = dialogue_.smtputf8(),
         .tls_version = facts_.tls_version,
         .tls_cipher = facts_.tls_cipher,
         .recipient = dialogue_.recipients() == 1 ? last_recipient_ : "",
         .time = std::chrono::system_clock::now()});
}

void Relay::log_end(const smtp::Reply& reply, unsigned recipients, std::uint64_t octets) {
    environment_.log.write(reply.positive() ? events::relay_accepted : events::relay_refused,
                           subject_,
                           {{"command", "DATA"},
                            {"path", facts_.sender},
                            {"recipients", recipients},
                            {"octets", octets},
                            {"next-hop", next_hop_},
                            {"reply", reply.summary()}});
}

net::Task<> Relay::abandon() {
    owed_.clear();
    pending_recipients_ = 0;
    dialogue_.transaction_over();
    if (!connection_) co_return;
    co_await connection_->abandon();
    drop_when_useless();
}

net::Task<> Relay::disconnect() {
    if (!connection_) co_return;
    const auto connection = std::move(connection_);
    co_await connection->quit();
}

}  // namespace postern::session
