#include "remote/server.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "directory/failover.hpp"
#include "net/within.hpp"
#include "observe/events.hpp"

namespace postern::remote {

namespace asio = net::asio;
namespace events = observe::events;
using boost::system::system_error;
using namespace std::chrono_literals;

namespace {

constexpr auto looked_at_every = 1s;  // connections at rest, whether the server has closed them
constexpr auto longest_farewell = 1s;

}  // namespace

Server::Server(std::shared_ptr<const Settings> settings, net::HostPort address, bool is_first,
               std::shared_ptr<net::Slots> slots, std::string directory, observe::Log& log,
               net::Executor executor)
    : settings_(std::move(settings)),
      address_(std::move(address)),
      is_first_(is_first),
      slots_(std::move(slots)),
      directory_(std::move(directory)),
      log_(log),
      executor_(executor),
      resolver_({address_}),
      pause_(executor),
      rest_(500ms, 30s),
      preparing_(1s, 1min) {}

void Server::start() {
    auto ended = [self = shared_from_this()](const std::exception_ptr& failure) {
        if (self->closed_) return;
        self->log_.write(events::directory_fault,
                         {{"directory", self->directory_}, {"why", observe::words_of(failure)}});
    };
    asio::co_spawn(executor_, keep(shared_from_this()), std::move(ended));
}

void Server::close() {
    closed_ = true;
    pause_.cancel();
    at_rest_.clear();
    for (const auto& each : leaving_)
        each.connection->close();
}

// --- whether it is up

void Server::attempt_failed(net::Clock::time_point begun, std::string_view why) {
    if (heard_ < begun) went_down(why);
}

void Server::went_down(std::string_view why) {
    why_not_ = why;
    if (!up_ || closed_) return;
    up_ = false;
    log_.write(events::directory_server_down,
               {{"directory", directory_}, {"server", text()}, {"why", why}});
    at_rest_.clear();
    pause_.cancel();
}

void Server::came_up() {
    up_ = true;
    preparing_.reset();
    prepares_after_ = {};
    log_.write(events::directory_server_up, {{"directory", directory_}, {"server", text()}});
}

void Server::slow_down(std::string_view why) {
    if (closed_ || wants_rest()) return;
    why_not_ = why;
    const auto pause = rest_.next();
    rests_until_ = net::Clock::now() + pause;
    log_.write(
        events::directory_slowed,
        {{"directory", directory_}, {"server", text()}, {"why", why}, {"ms", pause.count()}});
}

net::Task<> Server::keep(std::shared_ptr<Server> self) {
    co_await net::both(self->resolver_.run(), self->look_after());
}

// Until `close`, which ends it with operation_aborted.
net::Task<> Server::look_after() {
    net::Backoff backoff(100ms, 2s);
    for (;;) {
        if (closed_ || co_await net::is_cancelled())
            throw system_error(asio::error::operation_aborted);
        end_long_farewells();
        if (up_) {
            co_await tend();
            backoff.reset();
        } else if (!wants_rest()) {
            auto why = co_await prepare_one();
            if (why.empty() && !closed_) came_up();
            if (!why.empty()) why_not_ = std::move(why);
        }
        if (closed_) continue;
        // Whoever goes down wakes us: perhaps it was slow once, and is tried again at once.
        pause_.expires_after(up_ ? looked_at_every : backoff.next());
        co_await pause_.async_wait(asio::as_tuple(net::use_task));
    }
}

// --- connections at rest

bool Server::lacks_ready() const {
    const bool in_use = is_first_ || net::Clock::now() - asked_ < settings_->pool.idle;
    return up_ && !closed_ && in_use && !wants_rest() && net::Clock::now() >= prepares_after_ &&
           at_rest_.size() < settings_->pool.ready;
}

net::Task<> Server::tend() {
    drop_unfit();
    while (lacks_ready()) {
        const auto before = at_rest_.size();
        const auto why = co_await prepare_one();
        if (why.empty() && at_rest_.size() <= before) break;  // all places are taken
        // Whether it is down, the next login finds out: until then it may be back.
        if (!why.empty()) prepares_after_ = net::Clock::now() + preparing_.next();
    }
}

void Server::drop_unfit() {
    const auto now = net::Clock::now();
    bool shut = false;
    for (auto each = at_rest_.begin(); each != at_rest_.end();) {
        const bool fit = each->ready.connection->is_fit();
        const bool old = now - each->since > settings_->pool.idle;
        shut = shut || !fit;
        if (fit && old) leave(std::move(each->ready));
        each = fit && !old ? std::next(each) : at_rest_.erase(each);
    }
    // It closes what waits: a new one would soon be closed as well.
    if (shut) prepares_after_ = now + preparing_.next();
}

// Puts one more to rest where there is a place for it. Why that failed, or nothing.
net::Task<std::string> Server::prepare_one() {
    auto slot = slots_->try_acquire();
    if (!slot && up_) co_return "";
    if (!slot) co_return "all connections are in use";
    std::exception_ptr failure;
    try {
        auto connection = co_await net::within(net::Clock::now() + settings_->timeout, connect());
        slot.reset();
        slot = slots_->try_acquire();
        const bool somebody_waits = !slot;
        if (closed_ || somebody_waits) co_return "";
        at_rest_.push_back({{std::move(*slot), std::move(connection)}, net::Clock::now()});
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    co_return failure ? directory::failure_of(failure).why : "";
}

bool Server::drop_ready() {
    if (at_rest_.empty()) return false;
    at_rest_.pop_back();
    return true;
}

std::optional<Ready> Server::take_ready() {
    while (!at_rest_.empty()) {
        auto ready = std::move(at_rest_.front().ready);
        at_rest_.pop_front();
        if (ready.connection->is_fit()) return ready;
    }
    return std::nullopt;
}

// --- logins

net::Task<Judgement> Server::prove(std::optional<Ready>& ready, const std::string& login,
                                   const crypto::Secret& password) {
    asked_ = net::Clock::now();
    if (lacks_ready() && slots_->has_room()) pause_.cancel();
    auto connection = std::exchange(ready->connection, nullptr);
    for (;;) {
        const bool was_ready = connection != nullptr;
        if (!was_ready) connection = co_await connect();
        const auto begun = net::Clock::now();
        const auto method = connection->method();
        bool took_leave = false;
        std::exception_ptr failure;
        try {
            auto judgement = co_await prove_on(*connection, login, password);
            log_step(begun, method, login, was_ready, judgement);
            if (!directory::blames_the_server(judgement.verdict))
                leave({std::move(std::exchange(ready, std::nullopt)->slot), std::move(connection)});
            co_return judgement;
        } catch (const system_error&) {
            failure = std::current_exception();
        } catch (const ProtocolError&) {
            failure = std::current_exception();
        } catch (const Farewell& farewell) {
            failure = std::current_exception();
            took_leave = !farewell.too_many();
            if (farewell.too_many()) slow_down(farewell.what());
        }
        // Closed at rest, without a word that `is_fit` could have seen: so may the others be. Once
        // only, for a server may count what it does not answer.
        const bool unheard = connection->heard() < begun;
        heard_ = std::max(heard_, connection->heard());
        connection.reset();
        const bool again = was_ready && (unheard || took_leave);
        if (!again || co_await net::is_cancelled()) std::rethrow_exception(failure);
        at_rest_.clear();
    }
}

net::Task<Judgement> Server::prove_on(Connection& connection, const std::string& login,
                                      const crypto::Secret& password) {
    auto judgement = co_await connection.authenticate(login, password);
    heard_ = std::max(heard_, connection.heard());
    if (const auto* unavailable = std::get_if<identity::Unavailable>(&judgement.verdict)) {
        if (judgement.slow_down) slow_down(unavailable->why);
    } else {
        rest_.reset();
        preparing_.reset();
    }
    co_return judgement;
}

// In the background: who has logged in does not wait for that. The connection counts until then.
void Server::leave(Ready ready) {
    asio::co_spawn(executor_, leave(shared_from_this(), std::move(ready)),
                   [](const std::exception_ptr&) {});  // it ends by the server's closing, or late
}

net::Task<> Server::leave(std::shared_ptr<Server> self, Ready ready) {
    auto& all = self->leaving_;
    const auto mine = all.insert(all.end(), {ready.connection.get(), net::Clock::now()});
    const std::shared_ptr<void> at_end(nullptr, [&](void*) { all.erase(mine); });
    co_await ready.connection->leave();
}

void Server::end_long_farewells() {
    for (const auto& each : leaving_)
        if (net::Clock::now() - each.since > longest_farewell) each.connection->close();
}

}  // namespace postern::remote
