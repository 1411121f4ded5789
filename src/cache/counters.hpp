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
    static constexpr std::size_t usual_entries = 100'000;

    // `purpose`: what is counted, so that nothing else is counted under its names. `local`: on the
    // same thread; given, it may have counted already.
    Counters(Keys keys, std::string purpose, std::unique_ptr<Redis> redis, net::Executor executor,
             std::shared_ptr<LocalCounters> local = std::make_shared<LocalCounters>(usual_entries))
        : keys_(std::move(keys)),
          purpose_(std::move(purpose)),
          redis_(std::move(redis)),
          executor_(executor),
          local_(std::move(local)) {}

    // Of each name, in their order.
    net::Task<std::vector<std::uint64_t>> read(std::vector<std::string> names,
                                               Redis::Wait wait = {});
    // Adds one; the count lasts for `window` from now on. Redis hears of it later.
    void count(const std::string& name, std::chrono::milliseconds window);
    // The same for what is about a login that may be invented: Redis hears of it from the second
    // one on, as long as there is room for such (Redis::may_tell_of_nobody).
    void count_as_nobody(const std::string& name, std::chrono::milliseconds window);
    void forget(const std::string& name);
    // The same, and waits until Redis has it; false: it cannot be reached, or was too slow.
    net::Task<bool> forget_everywhere(std::vector<std::string> names);

 private:
    using Errand = std::function<net::Task<>(Redis& redis, std::string_view name)>;
    void tell_counted(const std::string& name, std::chrono::milliseconds window);
    void send(const std::string& name, Errand errand);

    Keys keys_;
    std::string purpose_;
    std::unique_ptr<Redis> redis_;
    net::Executor executor_;
    std::shared_ptr<LocalCounters> local_;
    std::size_t under_way_ = 0;
};

}  // namespace postern::cache
