#pragma once

#include <algorithm>
#include <chrono>

namespace postern::cache {

// How long one question has waited for Redis, all its waits together.
class RedisWait {
 public:
    using Duration = std::chrono::nanoseconds;

    explicit RedisWait(Duration before = {}) : sum_(before) {}
    void add(Duration waited) { sum_ += waited; }
    Duration sum() const { return sum_; }
    // What is left of `patience`, at least nothing.
    Duration left_of(Duration patience) const {
        return std::max(patience - sum_, Duration::zero());
    }

 private:
    Duration sum_;
};

}  // namespace postern::cache
