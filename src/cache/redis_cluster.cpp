#include "cache/redis_cluster.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "cache/redis_command.hpp"
#include "cache/redis_error.hpp"
#include "observe/events.hpp"

namespace postern::cache {

namespace asio = net::asio;
using boost::system::system_error;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_masters = 1000;
constexpr auto least_between = 200ms;  // two questions which slot is whose

}  // namespace

net::Task<RedisSlotMap> ask_for_slots(RedisLink& link) {
    const auto command = redis_command({"CLUSTER", "SLOTS"});
    const auto reply = co_await link.ask(command);
    if (const auto error = error_of(reply)) {
        const bool alone = error->code == "ERR";
        throw RedisRefused(
            alone ? "it is no server of a cluster: cluster = true is wrong" : error->words(),
            error->code != "LOADING" && error->code != "CLUSTERDOWN");
    }
    auto map = RedisSlotMap::parse(reply, link.server());
    if (!map || map->masters().size() > most_masters)
        throw RedisRefused("what it says about its slots makes no sense", true);
    co_return *std::move(map);
}

RedisCluster::RedisCluster(RedisContext context)
    : context_(std::move(context)),
      episode_(context_.name, "slots", context_.log),
      pause_(context_.executor),
      backoff_(200ms, 3s) {}

void RedisCluster::start() {
    auto ended = [self = shared_from_this()](const std::exception_ptr& failure) {
        if (self->closed_) return;
        self->context_.log.write(observe::events::server_fault,
                                 {{"task", "redis"}, {"why", observe::words_of(failure)}});
    };
    asio::co_spawn(context_.executor, keep(shared_from_this()), std::move(ended));
}

void RedisCluster::close() {
    closed_ = true;
    pause_.cancel();
    for (const auto& [address, node] : nodes_)
        node->close();
    nodes_.clear();
}

net::Task<> RedisCluster::keep(std::shared_ptr<RedisCluster> self) {
    co_await self->look_after();
}

// Until `close`, which ends it with operation_aborted.
net::Task<> RedisCluster::look_after() {
    for (;;) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (closed_ || state.cancelled() != asio::cancellation_type::none)
            throw system_error(asio::error::operation_aborted);
        if (!stale_) {
            pause_.expires_at(net::Deadline::max());
            co_await pause_.async_wait(asio::as_tuple(net::use_task));
            continue;
        }
        std::exception_ptr failure;
        try {
            co_await refresh();
        } catch (const std::exception&) {
            failure = std::current_exception();
        }
        if (closed_) continue;
        if (failure) episode_.went_down(context_.settings->addresses.front().text(), failure);
        if (failure || !map_.is_complete()) {
            stale_ = true;
            pause_.expires_after(backoff_.next());
            co_await pause_.async_wait(asio::as_tuple(net::use_task));
        } else {
            backoff_.reset();
            co_await net::sleep_for(least_between);
        }
    }
}

net::Task<> RedisCluster::refresh() {
    stale_ = false;
    auto link = co_await RedisLink::open(context_.settings, candidates(), RedisLink::Wanted::any);
    link->stream().expires_after(context_.settings->connect_timeout);
    auto map = co_await ask_for_slots(*link);
    if (closed_) co_return;
    adopt(std::move(map));
    episode_.came_up(link->server().text());
}

// Servers that are known to be up come first, those of the settings last.
std::vector<net::HostPort> RedisCluster::candidates() const {
    auto all = map_.masters();
    std::ranges::partition(all, [&](const net::HostPort& each) {
        const auto node = node_at(each);
        return node && node->is_up();
    });
    const auto& seeds = context_.settings->addresses;
    all.insert(all.end(), seeds.begin(), seeds.end());
    return all;
}

void RedisCluster::adopt(RedisSlotMap map) {
    map_ = std::move(map);
    auto gone = std::exchange(nodes_, {});
    for (const auto& master : map_.masters()) {
        auto known = gone.extract(master.text());
        if (known.empty())
            nodes_[master.text()] = make_node(master);
        else
            nodes_.insert(std::move(known));
    }
    for (const auto& [address, node] : gone) {
        closed_connects_ += node->connects();
        node->close();
    }
}

std::shared_ptr<RedisNode> RedisCluster::make_node(const net::HostPort& address) {
    auto itself = std::make_shared<RedisSettings>();
    itself->addresses = {address};
    auto node = std::make_shared<RedisNode>(context_, address.text(), redis_locator(itself), false);
    node->set_on_down([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->ask_again();
    });
    node->start();
    return node;
}

void RedisCluster::ask_again() {
    if (!std::exchange(stale_, true)) pause_.cancel();
}

// --- who is asked

std::shared_ptr<RedisNode> RedisCluster::node_at(const net::HostPort& address) const {
    const auto found = nodes_.find(address.text());
    return found == nodes_.end() ? nullptr : found->second;
}

std::shared_ptr<RedisNode> RedisCluster::node_of(std::string_view key) {
    const auto* master = map_.master_of(slot_of(key));
    return master == nullptr ? nullptr : node_at(*master);
}

std::shared_ptr<RedisNode> RedisCluster::any_node() {
    const auto up =
        std::ranges::find_if(nodes_, [](const auto& each) { return each.second->is_up(); });
    if (up != nodes_.end()) return up->second;
    return nodes_.empty() ? nullptr : nodes_.begin()->second;
}

// Only servers that the cluster as a whole speaks of are connected to; a new one is known soon.
std::shared_ptr<RedisNode> RedisCluster::redirected(const RedisRedirection& redirection,
                                                    const RedisNode& asked) {
    auto to = redirection.to;
    if (to.host.empty())
        if (const auto known = net::parse_host_port(asked.server())) to.host = known->host;
    auto node = node_at(to);
    if (redirection.kind == RedisRedirection::Kind::moved) {
        if (node) map_.move(redirection.slot, to);
        ask_again();
    } else if (!node) {
        ask_again();
    }
    return node;
}

bool RedisCluster::is_up() const {
    return map_.is_complete() &&
           std::ranges::all_of(nodes_, [](const auto& each) { return each.second->is_up(); });
}

RedisStatus RedisCluster::status() const {
    RedisStatus status;
    status.up = is_up();
    status.counters.connects = closed_connects_;
    for (const auto& [address, node] : nodes_) {
        status.counters.connects += node->connects();
        if (node->is_up())
            status.server += (status.server.empty() ? "" : " ") + address;
        else
            status.why_down +=
                (status.why_down.empty() ? "" : "; ") + address + ": " + node->why_down();
    }
    if (!status.up && status.why_down.empty()) status.why_down = why_nobody();
    return status;
}

std::string RedisCluster::why_nobody() const {
    return episode_.is_up() ? "no server has this slot" : episode_.why_down();
}

}  // namespace postern::cache
