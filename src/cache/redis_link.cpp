#include "cache/redis_link.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "cache/redis_command.hpp"
#include "cache/redis_error.hpp"
#include "net/offload.hpp"
#include "net/resolver.hpp"

namespace postern::cache {

namespace asio = net::asio;
using boost::system::system_error;

namespace {

net::Task<std::vector<net::Endpoint>> resolve(net::HostPort server) {
    boost::system::error_code no_literal;
    const auto literal = asio::ip::make_address(server.host, no_literal);
    std::vector<net::Endpoint> endpoints;
    if (!no_literal) {
        endpoints.emplace_back(literal, server.port);
        co_return endpoints;
    }
    auto look_up = [host = server.host] { return net::BackgroundResolver::system_lookup(host); };
    for (const auto& address : co_await net::on_own_thread(std::move(look_up)))
        endpoints.emplace_back(address, server.port);
    co_return endpoints;
}

void require_no_error(const RedisReply& reply, bool for_long = true) {
    if (const auto error = error_of(reply)) throw RedisRefused(error->words(), for_long);
}

const RedisAccount& account_for(const RedisSettings& settings, RedisLink::Wanted wanted) {
    return wanted == RedisLink::Wanted::sentinel ? settings.sentinel->account : settings.account;
}

}  // namespace

net::Task<std::unique_ptr<RedisLink>> RedisLink::open(std::shared_ptr<const RedisSettings> settings,
                                                      std::vector<net::HostPort> servers,
                                                      Wanted wanted) {
    std::exception_ptr last = std::make_exception_ptr(RedisRefused("no server is known"));
    bool for_long = false;
    for (const auto& server : servers) {
        std::exception_ptr failure;
        bool has_reason = false;
        try {
            co_return co_await open_one(*settings, server, wanted);
        } catch (const RedisRefused& refused) {
            failure = std::current_exception();
            has_reason = refused.for_long();
        } catch (const std::exception&) {
            failure = std::current_exception();
        }
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw system_error(asio::error::operation_aborted);
        if (!for_long || has_reason) last = failure;
        for_long = for_long || has_reason;
    }
    std::rethrow_exception(last);
}

net::Task<std::unique_ptr<RedisLink>> RedisLink::open_one(const RedisSettings& settings,
                                                          net::HostPort server, Wanted wanted) {
    const auto endpoints = co_await resolve(server);
    const auto deadline = net::Clock::now() + settings.connect_timeout;
    auto stream = co_await net::connect(endpoints, deadline);
    stream.expires_at(deadline);
    if (settings.tls) {
        const auto& name = settings.tls_name.empty() ? server.host : settings.tls_name;
        co_await stream.connect_tls(settings.tls, name);
    }
    std::unique_ptr<RedisLink> link(
        new RedisLink(std::move(stream), std::move(server), settings.reply_size));
    co_await link->prepare(settings, wanted);
    link->stream_.expires_never();
    co_return link;
}

net::Task<> RedisLink::prepare(const RedisSettings& settings, Wanted wanted) {
    const auto& account = account_for(settings, wanted);
    if (!account.password.empty()) co_await log_in(account);
    if (wanted == Wanted::sentinel) co_return;
    if (settings.database != 0)
        require_no_error(
            co_await ask(redis_command({"SELECT", std::to_string(settings.database)})));
    // For whoever looks at CLIENT LIST; an ACL that does not allow it does no harm.
    co_await ask(redis_command({"CLIENT", "SETNAME", "postern"}));
    if (wanted == Wanted::master) co_await require_master(settings);
}

net::Task<> RedisLink::log_in(const RedisAccount& account) {
    std::string octets;
    if (account.user.empty())
        octets = redis_command({"AUTH", account.password.reveal()});
    else
        octets = redis_command({"AUTH", account.user, account.password.reveal()});
    const crypto::WipeAtEnd wiped(octets);
    const auto reply = co_await ask(octets);
    const auto error = error_of(reply);
    // "AUTH <password> called without any password configured" has no code of its own.
    if (error && error->code == "ERR")
        throw RedisRefused("it does not know the user or password of the settings", true);
    require_no_error(reply, !error || error->code != "LOADING");
}

// Whoever is slow from the start would be up and down for ever.
net::Task<> RedisLink::require_master(const RedisSettings& settings) {
    const auto role = co_await ask(redis_command({"ROLE"}));
    const bool is_replica = role.kind == RedisReply::Kind::list && !role.elements.empty() &&
                            role.elements.front().text == "slave";
    if (is_replica) throw RedisRefused("it is a replica");
    const auto asked = net::Clock::now();
    const auto pong = co_await ask(redis_command({"PING"}));
    const auto error = error_of(pong);
    require_no_error(pong, error && error->code != "LOADING");
    if (!pong.is_status("PONG")) throw RedisRefused("it is no Redis", true);
    if (net::Clock::now() - asked > settings.timeout)
        throw RedisRefused(fmt::format("it answers later than {} ms", settings.timeout.count()));
}

net::Task<RedisReply> RedisLink::ask(std::string_view command) {
    co_await stream_.write(command);
    co_return co_await hear();
}

net::Task<RedisReply> RedisLink::hear() {
    std::array<char, 4096> buffer;
    for (;;) {
        if (auto reply = reader_.next()) co_return *std::move(reply);
        if (reader_.is_broken()) throw RedisRefused("it is no Redis: " + reader_.why(), true);
        const auto got = co_await stream_.read_some(asio::buffer(buffer));
        if (got == 0) throw system_error(asio::error::eof);
        reader_.feed({buffer.data(), got});
    }
}

}  // namespace postern::cache
