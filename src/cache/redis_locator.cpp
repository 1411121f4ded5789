#include "cache/redis_locator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "cache/redis_command.hpp"
#include "cache/redis_error.hpp"
#include "cache/redis_link.hpp"

namespace postern::cache {

namespace {

using Servers = std::vector<net::HostPort>;

// The sentinels of one master, and a connection to one of them.
class Sentinels {
 public:
    explicit Sentinels(std::shared_ptr<const RedisSettings> settings)
        : settings_(std::move(settings)), in_order_(settings_->sentinel->addresses) {}

    net::Task<Servers> find_master() {
        // Not there while it is in use: whoever is interrupted leaves an answer behind.
        auto link = std::exchange(link_, nullptr);
        std::optional<Servers> found;
        if (link) found = co_await try_to_ask(*link);
        if (!found) {
            link = co_await RedisLink::open(settings_, in_order_, RedisLink::Wanted::sentinel);
            prefer(link->server());
            found = co_await ask(*link);
        }
        link_ = std::move(link);
        co_return *std::move(found);
    }

 private:
    net::Task<std::optional<Servers>> try_to_ask(RedisLink& link) {
        try {
            co_return co_await ask(link);
        } catch (const std::exception&) {
            // It may have gone meanwhile; a new connection tells. A cancellation shows there too.
        }
        co_return std::nullopt;
    }

    net::Task<Servers> ask(RedisLink& link) {
        const auto command =
            redis_command({"SENTINEL", "get-master-addr-by-name", settings_->sentinel->master});
        link.stream().expires_after(settings_->connect_timeout);
        const auto reply = co_await link.ask(command);
        link.stream().expires_never();
        auto master = read_master(reply);
        if (!master) {
            disfavour(link.server());
            throw RedisRefused(why_not(link.server(), reply), true);
        }
        co_return Servers{*std::move(master)};
    }

    std::string why_not(const net::HostPort& sentinel, const RedisReply& reply) const {
        const auto error = error_of(reply);
        return fmt::format("the sentinel {}: {}", sentinel.text(),
                           error ? error->words()
                                 : fmt::format("it knows no master of the name \"{}\"",
                                               settings_->sentinel->master));
    }

    static std::optional<net::HostPort> read_master(const RedisReply& reply) {
        if (reply.kind != RedisReply::Kind::list || reply.elements.size() != 2) return std::nullopt;
        net::HostPort master{reply.elements[0].text, 0};
        const auto& port = reply.elements[1].text;
        const auto* end = port.data() + port.size();
        const auto [stopped, error] = std::from_chars(port.data(), end, master.port);
        if (master.host.empty() || error != std::errc() || stopped != end || master.port == 0)
            return std::nullopt;
        return master;
    }

    auto find(const net::HostPort& sentinel) {
        return std::ranges::find(in_order_, sentinel.text(), &net::HostPort::text);
    }
    void prefer(const net::HostPort& sentinel) {
        std::rotate(in_order_.begin(), find(sentinel), in_order_.end());
    }
    void disfavour(const net::HostPort& sentinel) {
        prefer(sentinel);
        std::rotate(in_order_.begin(), in_order_.begin() + 1, in_order_.end());
    }

    const std::shared_ptr<const RedisSettings> settings_;
    Servers in_order_;
    std::unique_ptr<RedisLink> link_;
};

net::Task<Servers> find_master(std::shared_ptr<Sentinels> sentinels) {
    co_return co_await sentinels->find_master();
}

net::Task<Servers> as_written(std::shared_ptr<const RedisSettings> settings) {
    co_return settings->addresses;
}

net::Task<Servers> locate_quietly(const RedisLocate& locate) {
    try {
        co_return co_await locate();
    } catch (const std::exception&) {
        // A cancellation shows at the next wait.
    }
    co_return Servers();
}

}  // namespace

RedisLocate redis_locator(const std::shared_ptr<const RedisSettings>& settings) {
    if (!settings->sentinel) return [settings] { return as_written(settings); };
    auto sentinels = std::make_shared<Sentinels>(settings);
    return [sentinels] { return find_master(sentinels); };
}

net::Task<> until_another_master(const RedisLocate& locate, const net::HostPort& server) {
    for (;;) {
        co_await net::sleep_for(std::chrono::seconds(1));
        const auto known = co_await locate_quietly(locate);
        if (!known.empty() && known.front().text() != server.text())
            throw RedisRefused(fmt::format("the master is {} now", known.front().text()));
    }
}

}  // namespace postern::cache
