#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>

#include "observe/measures.hpp"

namespace postern::identity {

// How long one AUTH has waited for Redis, all its waits together: copies count for each other, on
// whatever threads they are.
class RedisWait {
 public:
    using Duration = std::chrono::nanoseconds;

    void add(Duration waited) {
        nanoseconds_->add(static_cast<std::uint64_t>(std::max(waited, Duration::zero()).count()));
    }
    Duration sum() const { return Duration(static_cast<Duration::rep>(nanoseconds_->value())); }
    // What is left of `patience`, at least nothing.
    Duration left_of(Duration patience) const {
        return std::max(patience - sum(), Duration::zero());
    }

 private:
    std::shared_ptr<observe::Counter> nanoseconds_ = std::make_shared<observe::Counter>();
};

}  // namespace postern::identity
