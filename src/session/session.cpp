#include "session/session.hpp"

#include <algorithm>

#include "crypto/random.hpp"
#include "net/within.hpp"
#include "observe/events.hpp"
#include "session/offer.hpp"
#include "smtp/replies.hpp"

namespace postern::session {

namespace {

namespace events = observe::events;
namespace replies = smtp::replies;

// So many commands may wait for the next hop's answer before we insist on reading it.
constexpr std::size_t most_owed = 100;

}  // namespace

Session::Session(std::shared_ptr<const Environment> environment, Listener listener,
                 net::Stream stream, const std::optional<net::ProxyHeader>& introduction)
    : environment_(std::move(environment)),
      settings_(environment_->settings),
      listener_(std::move(listener)),
      facts_(listener_.name, stream, introduction),
      subject_{crypto::random_id(), facts_.trusted_ip()},
      born_(net::Clock::now()),
      balancer_(introduction ? introduction->sender.to_string() : ""),
      client_(std::move(stream), settings_.limits),
      envelope_rules_(*environment_, facts_, subject_),
      authentication_(*environment_, client_, facts_, subject_),
      relay_(*environment_, client_, facts_, dialogue_, subject_) {
    const bool tls_ended_before_us = facts_.is_tls;
    if (tls_ended_before_us) dialogue_.tls_started();
}

// The session's edge: whatever goes wrong inside ends here, and ends this session only.
net::Task<> Session::run() {
    environment_->meters.connection(true);
    environment_->log.write(events::session_opened, subject_,
                            {{"listener", listener_.name}, {"balancer", balancer_}});
    std::optional<smtp::Reply> last_words;
    try {
        co_await converse();
    } catch (const boost::system::system_error& error) {
        if (error.code() == net::asio::error::timed_out) {
            last_words = replies::idle_timeout();
            ending_ = "timeout";
        } else if (error.code() == net::asio::error::operation_aborted) {
            last_words = replies::shutting_down();
            ending_ = "cut at shutdown";
        } else {
            ending_ = error.code().message();
        }
    } catch (const net::TlsError& error) {
        environment_->meters.tls("");
        environment_->log.write(events::session_tls_failed, subject_, {{"why", error.what()}});
        ending_ = "no TLS";
    } catch (const std::exception& error) {
        environment_->log.write(events::session_fault, subject_, {{"why", error.what()}});
        last_words = replies::internal_error();
        ending_ = "fault";
    }
    if (relay_.receiving())
        environment_->log.write(events::relay_cut, subject_, {{"why", ending_}});
    // After a cancellation the next co_await would throw again.
    co_await net::asio::this_coro::reset_cancellation_state(net::asio::disable_cancellation());
    co_await net::both(client_.leave(last_words ? &*last_words : nullptr), relay_.disconnect());
    const auto age =
        std::chrono::duration_cast<std::chrono::milliseconds>(net::Clock::now() - born_);
    environment_->log.write(events::session_closed, subject_,
                            {{"login", facts_.principal ? facts_.principal->name : ""},
                             {"ending", ending_},
                             {"milliseconds", age.count()}});
}

// RFC 5321 3.1: the server speaks first, then command and reply take turns.
net::Task<> Session::converse() {
    if (listener_.implicit_tls) co_await start_tls();
    if (!co_await hold_greeting()) co_return;
    client_.say(replies::greeting(settings_.hostname));
    std::string line;
    const crypto::WipeAtEnd wiped(line);  // it may have been an AUTH with its credentials
    while (!over_ && co_await next_line(line))
        co_await obey(line);
}

// Who speaks first is no mail client. False: it did, or has gone.
net::Task<bool> Session::hold_greeting() {
    const auto delay = settings_.greeting_delay.duration(facts_);
    if (delay.count() <= 0) co_return true;
    client_.patience(patience());
    if (!co_await client_.line_before(net::Clock::now() + delay)) co_return true;
    if (client_.body().empty())
        ending_ = "client left";
    else
        end(replies::spoke_before_the_greeting(settings_.hostname));
    co_return false;
}

net::Task<> Session::start_tls() {
    co_await client_.start_tls(listener_.tls);
    facts_.is_tls = true;
    facts_.tls_version = client_.stream().tls_version();
    environment_->meters.tls(facts_.tls_version);
    facts_.tls_cipher = client_.stream().tls_cipher();
    dialogue_.tls_started();
}

// BEHAVIOUR section 4: before AUTH the whole session has a deadline, after it every pause has.
net::Deadline Session::patience() const {
    const auto now = net::Clock::now();
    const auto& limits = settings_.limits;
    auto until = now + limits.idle;
    if (!facts_.principal) until = std::min(until, born_ + limits.unauthenticated);
    const auto since = dialogue_.in_transaction() ? transaction_begun_ : born_;
    return std::min(until, since + limits.duration);
}

// False: the session ends here.
net::Task<bool> Session::next_line(std::string& line) {
    for (;;) {
        // While the client has more to say at once, the next hop's answers can wait (RFC 2920).
        if (!client_.line_at_hand()) co_await relay_.settle();
        client_.patience(patience());
        // A next hop is not kept waiting for a client that has nothing to send.
        if (relay_.connected() && !dialogue_.in_transaction() &&
            !co_await client_.line_before(relay_.idle_since() + settings_.relay.linger))
            co_await relay_.disconnect();

        crypto::wipe(line);
        auto read = co_await client_.read_line(line, smtp::auth_line_limit);
        if (read == Client::Line::end_of_stream) {
            ending_ =
                dialogue_.in_transaction() ? "client left within a transaction" : "client left";
            co_return false;
        }
        const bool is_auth = smtp::is_auth_line(line);
        if (!is_auth && line.size() + 2 > smtp::command_line_limit(offered_))
            read = Client::Line::too_long;
        if (read == Client::Line::complete) co_return true;
        co_await relay_.settle();
        if (is_auth && read == Client::Line::too_long) {
            if (authentication_.refuse_long_line()) end(replies::too_many_attempts());
            if (over_) co_return false;
            continue;
        }
        const auto refusal = read == Client::Line::too_long
                                 ? replies::line_too_long()
                                 : replies::syntax_error("a line ends with CR LF");
        // Behind a BDAT that cannot be read stand octets that are no commands.
        smtp::is_bdat_line(line) ? end(refusal) : bad_command(refusal);
        if (over_) co_return false;
    }
}

net::Task<> Session::obey(std::string_view line) {
    if (smtp::looks_like_http(line)) {
        co_await relay_.settle();
        co_return end(replies::http());
    }
    if (smtp::looks_like_proxy_header(line)) co_return co_await refuse_proxy_header();
    // A copy of an AUTH would be one that nobody wipes.
    const auto command = listener_.bare_paths && !smtp::is_auth_line(line)
                             ? smtp::parse_command(smtp::with_brackets(line), offered_)
                             : smtp::parse_command(line, offered_);
    const bool joins_the_queue =
        command && std::holds_alternative<smtp::Rcpt>(*command) && relay_.owed() < most_owed;
    if (!joins_the_queue) co_await relay_.settle();

    if (environment_->draining && !dialogue_.in_transaction())
        co_return end(replies::shutting_down());
    if (!command) {
        // Nobody knows how many octets behind it are no commands.
        co_return smtp::is_bdat_line(line) ? end(command.error()) : bad_command(command.error());
    }
    const bool comes_unnamed = std::holds_alternative<smtp::Mail>(*command) && !facts_.principal;
    if (comes_unnamed) {
        if (const auto refusal = co_await recognize_network()) co_return client_.say(*refusal);
    }
    if (const auto objection =
            dialogue_.objection(*command, offer_of(*environment_, listener_, facts_)))
        co_return co_await object(*command, *objection);
    co_await std::visit([this](const auto& each) { return handle(each); }, *command);
}

net::Task<std::optional<smtp::Reply>> Session::recognize_network() {
    const auto refusal = co_await authentication_.recognize_network();
    if (facts_.principal) dialogue_.authenticated();
    co_return refusal;
}

net::Task<> Session::object(const smtp::Command& command, const smtp::Reply& objection) {
    co_await relay_.settle();
    if (const auto* bdat = std::get_if<smtp::Bdat>(&command);
        bdat != nullptr && !co_await relay_.skip(bdat->octets))
        co_return still_sending();
    const bool is_bad = objection.code == 503 && !dialogue_.excuses(command);
    is_bad ? bad_command(objection) : client_.say(objection);
}

// From a balancer that is not known, whose clients would all have its address, or from a client
// that would like to have another one.
net::Task<> Session::refuse_proxy_header() {
    co_await relay_.settle();
    environment_->log.write(events::session_proxy_refused, subject_,
                            {{"listener", listener_.name}, {"balancer", balancer_}});
    end(replies::unknown_command());
}

void Session::bad_command(const smtp::Reply& reply) {
    client_.say(reply);
    if (++bad_commands_ < settings_.limits.bad_commands) return;
    environment_->log.write(events::session_bad_commands, subject_, {});
    end(replies::too_many_errors());
}

// The relay has said so already.
void Session::still_sending() {
    ending_ = "a refused message did not end";
    over_ = true;
}

void Session::end(const smtp::Reply& last_words) {
    client_.say(last_words);
    ending_ = last_words.summary();
    over_ = true;
}

}  // namespace postern::session
