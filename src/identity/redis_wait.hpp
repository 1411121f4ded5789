#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

namespace postern::identity {

// How long one question has waited for Redis, all its waits together. Shared by the copies of the
// question, on whatever thread they are asked.
class RedisWait {
 public:
    using Duration = std::chrono::nanoseconds;

    void add(Duration waited) { sum_ += waited.count(); }
    // What is left of `patience`, at least nothing.
    Duration left_of(Duration patience) const {
        return std::max(patience - Duration(sum_.load()), Duration::zero());
    }

 private:
    std::atomic<Duration::rep> sum_ = 0;
};

}  // namespace postern::identity
