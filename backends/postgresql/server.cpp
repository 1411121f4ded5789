#include "postgresql/server.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "net/within.hpp"
#include "observe/events.hpp"

namespace postern::postgresql {

namespace asio = net::asio;
namespace events = observe::events;
using boost::system::system_error;
using namespace std::chrono_literals;

namespace {

bool is_path(const net::HostPort& host) {
    return host.host.starts_with('/');
}

std::vector<net::HostPort> hosts_of(const net::HostPort& host) {
    if (is_path(host)) return {};
    return {host};
}

bool asks_for_another_connection(const Connection::Answer& answer) {
    const auto* error = std::get_if<ServerError>(&answer);
    return error != nullptr && judge_sqlstate(error->sqlstate).is_over;
}

bool deserves_another_try(const Connection::Answer& answer) {
    const auto* error = std::get_if<ServerError>(&answer);
    return error != nullptr && judge_sqlstate(error->sqlstate).again;
}

}  // namespace

Server::Server(std::shared_ptr<const Settings> settings, net::HostPort host, std::string directory,
               observe::Log& log, net::Executor executor)
    : settings_(std::move(settings)),
      host_(std::move(host)),
      directory_(std::move(directory)),
      log_(log),
      executor_(executor),
      watch_(*this, {directory_, text(), hosts_of(host_), settings_->timeout, settings_->pool.idle},
             log_, executor),
      places_(std::make_shared<net::Slots>(settings_->pool.connections * settings_->pool.pipeline)),
      opening_(std::make_shared<net::Slots>(1)) {}

std::string Server::text() const {
    return is_path(host_) ? host_.host : host_.text();
}

void Server::close() {
    watch_.close();
    drop_all();
}

// --- whether it is up

void Server::drop_all() {
    for (const auto& connection : std::exchange(connections_, {}))
        connection->close();
}

void Server::drop_silent(net::Clock::time_point since) {
    for (const auto& connection : connections_)
        if (connection->asked() >= since && connection->heard() < since) connection->close();
    drop_broken();
}

bool Server::needs_connection() {
    drop_broken();
    return connections_.empty();
}

net::Task<> Server::connect_ahead() {
    co_await add_connection();
    open_others();
}

net::Clock::time_point Server::heard() const {
    net::Clock::time_point latest{};
    for (const auto& connection : connections_)
        latest = std::max(latest, connection->heard());
    return latest;
}

// Firewalls forget connections that nobody uses, and tell nobody.
net::Task<> Server::keep_alive() {
    const auto now = net::Clock::now();
    for (const auto& connection : std::vector(connections_)) {
        const bool rests =
            connection->waiting() == 0 && now - connection->heard() > settings_->pool.idle;
        if (rests && !co_await still_answers(connection)) connection->close();
    }
    drop_broken();
}

net::Task<bool> Server::still_answers(std::shared_ptr<Connection> connection) {
    try {
        const auto answer = co_await net::within(net::Clock::now() + settings_->timeout,
                                                 connection->say("SELECT 1"));
        co_return std::holds_alternative<std::vector<Rows>>(answer);
    } catch (const std::exception&) {  // a question opens another one and hears the reason
        co_return false;
    }
}

// --- questions

namespace {

// What is written is a secret, or was one.
class WipeParameters {
 public:
    explicit WipeParameters(std::vector<Call>& calls) : calls_(calls) {}
    ~WipeParameters() {
        for (auto& call : calls_)
            for (auto& parameter : call.parameters)
                crypto::wipe(parameter);
    }
    WipeParameters(const WipeParameters&) = delete;
    WipeParameters& operator=(const WipeParameters&) = delete;

 private:
    std::vector<Call>& calls_;
};

}  // namespace

net::Task<Connection::Answer> Server::ask(std::vector<Call> calls, bool writes) {
    const WipeParameters wipe(calls);
    auto place = places_->try_acquire();
    if (!place) place = co_await places_->acquire(net::Deadline::max());
    if (!place) throw system_error(asio::error::operation_aborted);
    bool again = !writes;  // after a connection that broke: a question may be what broke it
    for (std::size_t tries = writes ? 1 : settings_->pool.connections + 1;; --tries) {
        const auto connection = co_await this->connection();
        const auto begun = net::Clock::now();
        std::exception_ptr failure;
        try {
            auto answer = co_await connection->ask(calls, writes);
            log_step(begun, calls, answer);
            if (asks_for_another_connection(answer)) connection->close();
            // Where a statement is no longer what was prepared, each connection has to find out.
            if (tries <= 1 || !deserves_another_try(answer)) co_return answer;
            continue;
        } catch (const std::exception&) {
            failure = std::current_exception();
        }
        // A connection may have been closed while it was at rest.
        if (!again || !connection->is_broken() || co_await net::is_cancelled())
            std::rethrow_exception(failure);
        again = false;
    }
}

void Server::log_step(net::Clock::time_point begun, const std::vector<Call>& calls,
                      const Connection::Answer& answer) const {
    if (!log_.writes(events::directory_step)) return;
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(net::Clock::now() - begun);
    const auto* error = std::get_if<ServerError>(&answer);
    const auto* all = std::get_if<std::vector<Rows>>(&answer);
    for (std::size_t i = 0; i < calls.size(); ++i)
        log_.write(events::directory_step,
                   {{"directory", directory_},
                    {"server", text()},
                    {"step", calls[i].key},
                    {"query", calls[i].query->statement()},
                    {"result", error != nullptr ? error->text() : "success"},
                    {"rows", all != nullptr && i < all->size() ? (*all)[i].rows.size() : 0},
                    {"us", took.count()}});
}

}  // namespace postern::postgresql
