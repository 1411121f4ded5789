#include "directory/watch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "directory/failover.hpp"
#include "net/backoff.hpp"
#include "net/within.hpp"
#include "observe/events.hpp"

namespace postern::directory {

namespace events = observe::events;
using namespace std::chrono_literals;

Watch::Watch(Watched& server, Settings settings, observe::Log& log, net::Executor executor)
    : server_(server),
      settings_(std::move(settings)),
      log_(log),
      executor_(executor),
      resolver_(settings_.hosts),
      pause_(executor) {}

void Watch::start(std::shared_ptr<Watched> server) {
    auto ended = [this, server](const std::exception_ptr& failure) {
        if (!closed_)
            log_.write(events::directory_fault,
                       {{"directory", settings_.directory}, {"why", observe::words_of(failure)}});
    };
    asio::co_spawn(executor_, keep(server, *this), std::move(ended));
}

net::Task<> Watch::keep(std::shared_ptr<Watched> /*lives as long*/, Watch& watch) {
    co_await net::both(watch.resolver_.run(), watch.look_after());
}

void Watch::close() {
    closed_ = true;
    pause_.cancel();
}

net::Task<std::vector<asio::ip::tcp::endpoint>> Watch::endpoints() const {
    while (!resolver_.complete())
        co_await net::sleep_for(10ms);
    auto found = resolver_.snapshot()->front().endpoints;
    if (found.empty()) throw boost::system::system_error(asio::error::host_not_found);
    co_return found;
}

void Watch::attempt_failed(net::Clock::time_point begun, std::string_view why) {
    // It answers on other connections perhaps: then those that say nothing are dead.
    if (server_.heard() < begun)
        went_down(why);
    else
        server_.drop_silent(begun);
}

void Watch::went_down(std::string_view why) {
    why_down_ = why;
    if (!up_ || closed_) return;
    up_ = false;
    log_.write(events::directory_server_down,
               {{"directory", settings_.directory}, {"server", settings_.server}, {"why", why}});
    server_.drop_all();
    pause_.cancel();
}

void Watch::came_up() {
    if (std::exchange(up_, true)) return;
    log_.write(events::directory_server_up,
               {{"directory", settings_.directory}, {"server", settings_.server}});
}

// Until `close`, which ends it with operation_aborted.
net::Task<> Watch::look_after() {
    net::Backoff backoff(100ms, 2s);
    for (;;) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (closed_ || state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
        if (!server_.needs_connection() || co_await connects()) {
            if (closed_) continue;
            came_up();
            co_await server_.keep_alive();
            backoff.reset();
        }
        tried_ = true;
        if (closed_) continue;
        // Whoever goes down wakes us: perhaps it was slow once, and is tried again at once.
        pause_.expires_after(up_ ? settings_.idle / 2 : backoff.next());
        co_await pause_.async_wait(asio::as_tuple(net::use_task));
    }
}

net::Task<bool> Watch::connects() {
    std::exception_ptr failure;
    try {
        co_await net::within(net::Clock::now() + settings_.timeout, server_.connect_ahead());
        co_return true;
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    went_down(failure_of(failure).why);
    co_return false;
}

}  // namespace postern::directory
