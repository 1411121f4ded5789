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

Relay::Relay(const Environment& environment, Client& client, Facts& facts, smtp::Dialogue& dialogue,
             const observe::Subject& subject)
    : environment_(environment),
      client_(client),
      facts_(facts),
      dialogue_(dialogue),
      subject_(subject) {}

Relay::~Relay() = default;

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
    const auto begun = net::Clock::now();
    auto opened = co_await found->second->open(identity());
    environment_.meters.next_hop(name).open->observe(net::Clock::now() - begun);
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
    meters().count(owed.is_mail ? Meters::Command::mail : Meters::Command::rcpt, reply);
    if (owed.is_mail) {
        if (!reply.positive()) end_transaction();
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

Transfer Relay::transfer() {
    return {environment_,
            client_,
            *connection_,
            {.rules = {environment_, facts_, subject_},
             .smtputf8 = dialogue_.smtputf8(),
             .trace = [this] { return trace(); },
             .answered = *meters().message}};
}

// What comes behind our 354 is read to its end whatever happens, so that it is never taken for
// commands.
net::Task<bool> Relay::message() {
    const auto& limits = environment_.settings.limits;
    auto message = transfer();
    if (!message.has_room()) {
        client_.say(replies::no_memory_for_header());
        co_await abandon();
        co_return true;
    }
    client_.say(replies::start_mail());
    receiving_ = true;
    BodyReader body(client_);
    const auto reply = co_await pass(body, message);
    conclude(reply, body.octets());
    // Nothing to wait for: not even a cancellation may come between the answer and the client.
    const bool at_end = body.ended() || co_await body.swallow(limits.message_size,
                                                              net::Clock::now() + limits.swallow);
    end_message(at_end ? reply : replies::still_sending());
    co_return at_end;
}

net::Task<smtp::Reply> Relay::pass(BodyReader& body, Transfer& message) {
    const bool normalizes = environment_.settings.relay.normalizes_bare_newlines(facts_);
    bool line_begins = false;  // behind a CRLF that we have put there
    while (!body.ended()) {
        co_await body.next();
        if (body.violated() && !normalizes) co_return co_await message.refuse(body.violation());
        const auto content = body.content();
        if (line_begins && content.starts_with('.'))
            if (auto refusal = co_await message.take(".")) co_return *refusal;
        line_begins = line_begins && content.empty();
        auto refusal = co_await message.take(content);
        body.consume(content.size());
        if (!refusal && body.violated()) {
            // In the header every reader would have to agree where a line ends.
            if (!message.has_begun() || !body.take_bare_newline())
                co_return co_await message.refuse(body.violation());
            refusal = co_await message.take("\r\n");
            line_begins = true;
        }
        if (refusal) co_return *refusal;
    }
    co_return co_await message.finish();
}

void Relay::end_transaction() {
    if (dialogue_.in_transaction()) idle_since_ = net::Clock::now();
    dialogue_.transaction_over();
}

void Relay::end_message(const smtp::Reply& reply) {
    receiving_ = false;
    client_.end_body();
    client_.say(reply);
    chunks_.reset();
    end_transaction();
    drop_when_useless();
}

// The octets of a chunk are read whatever is said about it: they are no commands.
net::Task<bool> Relay::chunk(const smtp::Bdat& bdat) {
    if (!chunks_) {
        chunks_ = std::make_unique<ChunkedMessage>(
            transfer(), environment_.settings.relay.normalizes_bare_newlines(facts_));
        told_ = false;
        dialogue_.chunk_begun();
        receiving_ = true;
    }
    std::optional<smtp::Reply> refusal;
    if (told_)
        refusal = replies::chunk_of_a_refused_message();
    else if (!chunks_->has_room())
        refusal = co_await chunks_->refuse(replies::no_memory_for_header());
    auto left = bdat.octets;
    client_.begin_body();
    while (left > 0 && !refusal) {
        const auto octets = co_await some_of(left);
        refusal = co_await chunks_->take(octets);
        client_.consume(octets.size());
        left -= octets.size();
    }
    if (!co_await skip(left)) co_return false;
    if (bdat.last && !refusal) refusal = co_await chunks_->finish();
    if (refusal && !told_) conclude(*refusal, chunks_->octets());
    const auto reply = refusal.value_or(replies::chunk_accepted(bdat.octets));
    told_ = refusal.has_value();
    if (bdat.last) {
        end_message(reply);
    } else {
        client_.end_body();
        client_.say(reply);
    }
    co_return true;
}

// At most `most` octets of a chunk, at least one.
net::Task<std::string_view> Relay::some_of(std::uint64_t most) {
    if (client_.body().empty() && !co_await client_.more())
        throw boost::system::system_error(net::asio::error::eof);
    co_return client_.body().substr(0, most);
}

net::Task<bool> Relay::skip(std::uint64_t octets) {
    const auto& limits = environment_.settings.limits;
    const auto until = net::Clock::now() + limits.swallow;
    client_.begin_body();
    if (octets <= limits.message_size) {
        while (octets > 0 && net::Clock::now() < until) {
            const auto skipped = (co_await some_of(octets)).size();
            client_.consume(skipped);
            octets -= skipped;
        }
    }
    if (octets > 0) client_.say(replies::still_sending());
    co_return octets == 0;
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

const Meters::NextHop& Relay::meters() const {
    return environment_.meters.next_hop(next_hop_);
}

void Relay::conclude(const smtp::Reply& reply, std::uint64_t octets) {
    meters().count(Meters::Command::message, reply);
    if (reply.positive()) meters().octets->add(octets);
    environment_.log.write(reply.positive() ? events::relay_accepted : events::relay_refused,
                           subject_,
                           {{"command", "DATA"},
                            {"path", facts_.sender},
                            {"recipients", dialogue_.recipients()},
                            {"octets", octets},
                            {"next-hop", next_hop_},
                            {"reply", reply.summary()}});
}

net::Task<> Relay::abandon() {
    owed_.clear();
    pending_recipients_ = 0;
    chunks_.reset();
    receiving_ = false;
    end_transaction();
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
