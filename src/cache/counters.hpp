#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cache/keys.hpp"
#include "cache/local_counters.hpp"
#include "cache/redis.hpp"
#include "net/task.hpp"

namespace postern::cache {

// Counts of failures, which several gateways share when there is a Redis; without an answer of it
// they are what this process has counted. On one thread.
class Counters : public std::enable_shared_from_this<Counters> {
 public:
    Counters(Keys keys, std::unique_ptr<Redis> redis, net::Executor executor,
             std::size_t entries = 100'000)
        : keys_(std::move(keys)), redis_(std::move(redis)), executor_(executor), local_(entries) {}

    // Of each name, in their order.
    net::Task<std::vector<std::uint64_t>> read(std::vector<std::string> names);
    // Adds one; the count lasts for `window` from now on. Redis hears of it later.
    void count(const std::string& name, std::chrono::milliseconds window);
    void forget(const std::string& name);

 private:
    using Errand = std::function<net::Task<>(Redis& redis, std::string_view name)>;
    void send(const std::string& name, Errand errand);

    Keys keys_;
    std::unique_ptr<Redis> redis_;
    net::Executor executor_;
    LocalCounters local_;
    std::size_t under_way_ = 0;
};

}  // namespace postern::cache
