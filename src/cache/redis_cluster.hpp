#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cache/redis_servers.hpp"
#include "cache/redis_slots.hpp"

namespace postern::cache {

// What a server of a cluster knows of it. Throws what RedisLink does.
net::Task<RedisSlotMap> ask_for_slots(RedisLink& link);

// A cluster: a node for each of its masters. Which slot is whose is asked at the start, and again
// when a server says that it is not so, or breaks.
class RedisCluster final : public RedisServers, public std::enable_shared_from_this<RedisCluster> {
 public:
    explicit RedisCluster(RedisContext context);
    void start();

    void close() override;
    std::shared_ptr<RedisNode> node_of(std::string_view key) override;
    std::shared_ptr<RedisNode> any_node() override;
    std::shared_ptr<RedisNode> redirected(const RedisRedirection& redirection,
                                          const RedisNode& asked) override;
    bool is_up() const override;
    RedisStatus status() const override;
    std::string why_nobody() const override;

 private:
    static net::Task<> keep(std::shared_ptr<RedisCluster> self);
    net::Task<> look_after();
    net::Task<> refresh();
    void adopt(RedisSlotMap map);
    std::shared_ptr<RedisNode> make_node(const net::HostPort& address);
    std::vector<net::HostPort> candidates() const;
    std::shared_ptr<RedisNode> node_at(const net::HostPort& address) const;
    void ask_again();

    const RedisContext context_;
    RedisSlotMap map_;
    std::map<std::string, std::shared_ptr<RedisNode>> nodes_;
    RedisEpisode episode_;
    net::Timer pause_;
    net::Backoff backoff_;
    std::uint64_t closed_connects_ = 0;  // of nodes that have gone
    bool stale_ = true, closed_ = false;
};

}  // namespace postern::cache
