#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "cache/redis_settings.hpp"
#include "net/task.hpp"

namespace postern::cache {

// Which servers to try, in order. Throws when nobody can tell. One at a time.
using RedisLocate = std::function<net::Task<std::vector<net::HostPort>>()>;

// Those of the settings, or the master that the first sentinel knows who answers.
RedisLocate redis_locator(const std::shared_ptr<const RedisSettings>& settings);

// Asks every second, and throws RedisRefused when the first of them is not `server` any more. While
// nobody can tell, it does not matter: the connection is still good. Both outlive it.
net::Task<> until_another_master(const RedisLocate& locate, const net::HostPort& server);

}  // namespace postern::cache
