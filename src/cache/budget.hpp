#pragma once

#include <chrono>
#include <cstddef>

namespace postern::cache {

// So many in each window, and no more. Time is what the caller says it is.
class Budget {
 public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Budget(std::size_t of_each_window) : of_each_window_(of_each_window) {}

    // False: there is none left until the window ends that the first one has begun.
    bool spend(std::chrono::milliseconds window, Time now) {
        if (now >= until_) {
            until_ = now + window;
            left_ = of_each_window_;
        }
        if (left_ == 0) return false;
        --left_;
        return true;
    }

 private:
    std::size_t of_each_window_;
    std::size_t left_ = 0;
    Time until_ = Time::min();
};

}  // namespace postern::cache
