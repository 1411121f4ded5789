#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace postern::observe {

// What only grows. Any thread, no lock.
class Counter {
 public:
    void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
    std::atomic<std::uint64_t> value_{0};
};

// How long things took. Any thread, no lock; the same buckets for everything, from Redis to a next
// hop that is asleep.
class Histogram {
 public:
    using Duration = std::chrono::nanoseconds;
    // Upper bounds; behind the last one everything else.
    static constexpr std::array<std::chrono::microseconds, 17> bounds = {
        std::chrono::microseconds(100),       std::chrono::microseconds(250),
        std::chrono::microseconds(500),       std::chrono::microseconds(1'000),
        std::chrono::microseconds(2'500),     std::chrono::microseconds(5'000),
        std::chrono::microseconds(10'000),    std::chrono::microseconds(25'000),
        std::chrono::microseconds(50'000),    std::chrono::microseconds(100'000),
        std::chrono::microseconds(250'000),   std::chrono::microseconds(500'000),
        std::chrono::microseconds(1'000'000), std::chrono::microseconds(2'500'000),
        std::chrono::microseconds(5'000'000), std::chrono::microseconds(10'000'000),
        std::chrono::microseconds(30'000'000)};

    struct Snapshot {
        std::array<std::uint64_t, bounds.size() + 1> counts{};  // each bucket's own
        double seconds = 0;                                     // all together
    };

    void observe(Duration took) {
        std::size_t bucket = 0;
        while (bucket < bounds.size() && took > bounds.at(bucket))
            ++bucket;
        counts_.at(bucket).add();
        nanoseconds_.add(static_cast<std::uint64_t>(took.count() > 0 ? took.count() : 0));
    }
    Snapshot snapshot() const {
        Snapshot seen;
        for (std::size_t i = 0; i < counts_.size(); ++i)
            seen.counts.at(i) = counts_.at(i).value();
        seen.seconds = static_cast<double>(nanoseconds_.value()) / 1e9;
        return seen;
    }

 private:
    std::array<Counter, bounds.size() + 1> counts_;
    Counter nanoseconds_;
};

}  // namespace postern::observe
