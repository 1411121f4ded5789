#pragma once

#include <chrono>
#include <random>

namespace postern::net {

// How long to wait before the next try: doubles from `first` to `most`, each time spread by +-25 %.
class Backoff {
 public:
    using Duration = std::chrono::milliseconds;
    explicit Backoff(Duration first = Duration(100), Duration most = Duration(30'000))
        : first_(first), most_(most) {}

    Duration next();
    void reset() { current_ = Duration::zero(); }

 private:
    Duration first_, most_, current_{0};
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace postern::net
