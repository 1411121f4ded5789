#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cache/local_counters.hpp"
#include "net/task.hpp"

namespace postern::cache {

// Counts of failures. On one thread.
class Counters {
 public:
    explicit Counters(std::size_t entries = 100'000) : local_(entries) {}

    // Of each name, in their order.
    net::Task<std::vector<std::uint64_t>> read(std::vector<std::string> names);
    // Adds one; the count lasts for `window` from now on.
    void count(const std::string& name, std::chrono::milliseconds window);
    void forget(const std::string& name);

 private:
    LocalCounters local_;
};

}  // namespace postern::cache
