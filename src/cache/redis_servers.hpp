#pragma once

#include <memory>
#include <string_view>

#include "cache/redis_error.hpp"
#include "cache/redis_node.hpp"
#include "cache/redis_status.hpp"

namespace postern::cache {

// Who has to be asked what. A node that is not up is given as well; nullptr: nobody is known.
class RedisServers {
 public:
    virtual ~RedisServers() = default;
    virtual void close() = 0;
    virtual std::shared_ptr<RedisNode> node_of(std::string_view key) = 0;
    virtual std::shared_ptr<RedisNode> any_node() = 0;
    // Who is to be asked instead of `asked`, which said so. nullptr: nobody that is known yet.
    virtual std::shared_ptr<RedisNode> redirected(const RedisRedirection& redirection,
                                                  const RedisNode& asked) = 0;
    virtual bool is_up() const = 0;
    // Everything but the counters of operations.
    virtual RedisStatus status() const = 0;
    virtual std::string why_nobody() const = 0;
};

// Begins to connect.
std::shared_ptr<RedisServers> connect_redis(RedisContext context);

}  // namespace postern::cache
