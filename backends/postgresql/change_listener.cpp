#include "postgresql/change_listener.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "directory/failover.hpp"
#include "net/within.hpp"

namespace postern::postgresql {

namespace {

using directory::Finding;
using namespace std::chrono_literals;

// A network that has gone silent is noticed after twice that, or sooner.
constexpr std::chrono::milliseconds longest = 15s;
// Other questions may take the session of an idle connection just then.
constexpr int looks = 5;
constexpr const char* is_pooled =
    "a pooler in between gives every question another session, and LISTEN needs one of its own: "
    "connect past it, or have it pool sessions";

std::shared_ptr<Connection> closed_at_end(const std::shared_ptr<Connection>& connection) {
    return {connection.get(), [connection](Connection*) { connection->close(); }};
}

// Its number at the server that answers, whoever stands in between.
net::Task<std::string> session_of(std::shared_ptr<Connection> connection) {
    auto answer = co_await connection->say("SELECT pg_catalog.pg_backend_pid()");
    if (auto* error = std::get_if<ServerError>(&answer)) throw Broken(std::move(*error));
    const auto& rows = std::get<std::vector<Rows>>(answer).front().rows;
    co_return rows.empty() ? "" : rows.front().front().value_or("");
}

}  // namespace

void tell_change(std::string_view payload, directory::Changes& changes) {
    if (payload.empty())
        changes.everything_changed();
    else
        changes.account_changed(payload);
}

net::Task<> ChangeListener::listen(directory::Changes& changes) {
    const auto ear =
        co_await open([&changes](std::string_view payload) { tell_change(payload, changes); });
    changes.begun();
    for (;;) {
        co_await ear.connection->rest(net::Clock::now() + std::min(settings_->pool.idle, longest));
        const auto session =
            co_await net::within(net::Clock::now() + patience(), session_of(ear.connection));
        if (session != ear.session) throw Broken(is_pooled);
    }
}

net::Task<Finding> ChangeListener::examine() {
    std::string why;
    try {
        const auto ear = co_await open([](std::string_view) {});
        co_return Finding{Finding::Kind::good,
                          fmt::format("{} tells changes on \"{}\"", ear.server, settings_->notify)};
    } catch (const std::exception& error) {
        why = error.what();
    }
    co_return Finding{Finding::Kind::fault, "cache.watch: " + why, "cache.watch"};
}

std::chrono::milliseconds ChangeListener::patience() const {
    return std::min(settings_->timeout, longest);
}

net::Task<ChangeListener::Ear> ChangeListener::open(Connection::Heard heard) {
    std::string why;
    for (const auto& server : servers_) {
        std::exception_ptr failure;
        try {
            co_return co_await net::within(net::Clock::now() + patience(), open_at(*server, heard));
        } catch (const std::exception&) {
            failure = std::current_exception();
        }
        if (co_await net::is_cancelled()) std::rethrow_exception(failure);
        why += fmt::format("{}{}: {}", why.empty() ? "" : "; ", server->text(),
                           directory::failure_of(failure).why);
    }
    throw Broken("no change can be heard: " + why);
}

net::Task<ChangeListener::Ear> ChangeListener::open_at(Server& server, Connection::Heard heard) {
    Ear ear{closed_at_end(co_await server.connect("primary")), server.text(), ""};
    auto answer = co_await ear.connection->listen(settings_->notify, std::move(heard));
    if (auto* error = std::get_if<ServerError>(&answer)) throw Broken(std::move(*error));
    ear.session = co_await session_of(ear.connection);
    co_await look_for_pooler(server, ear);
    co_return ear;
}

// A session that answers on another connection as well is nobody's own.
net::Task<> ChangeListener::look_for_pooler(Server& server, const Ear& ear) {
    if (ear.session == std::to_string(ear.connection->process())) co_return;
    const auto other = closed_at_end(co_await server.connect("primary"));
    for (int i = 0; i < looks; ++i) {
        if (co_await session_of(other) == ear.session) throw Broken(is_pooled);
        if (co_await session_of(ear.connection) != ear.session) throw Broken(is_pooled);
    }
}

}  // namespace postern::postgresql
