#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "cache/redis_answer.hpp"
#include "net/task.hpp"

namespace postern::cache {

// What has become of the operations of one Redis so far.
struct RedisCounters {
    // Upper bounds of the buckets of `took`, in microseconds; the last bucket has no bound.
    static constexpr std::array<std::uint32_t, 10> bounds{100,   250,    500,    1'000,  2'500,
                                                          5'000, 10'000, 25'000, 50'000, 100'000};

    std::uint64_t operations = 0;
    std::array<std::uint64_t, NoAnswer::kinds> unanswered{};  // by NoAnswer::Kind
    std::array<std::uint64_t, bounds.size() + 1> took{};      // of those that were answered
    std::uint64_t took_sum = 0;                               // microseconds
    std::uint64_t connects = 0;                               // connections that were made

    void answered(net::Clock::duration duration);
    void not_answered(NoAnswer::Kind kind) { ++unanswered[static_cast<std::size_t>(kind)]; }
};

// How it stands now.
struct RedisStatus {
    bool up = false;     // something can be asked; of a cluster: every slot has a server
    std::string server;  // "10.0.0.3:6379", of a cluster all that are up
    net::Clock::time_point since{};  // up, or down, since then
    std::string why_down;
    RedisCounters counters;
};

}  // namespace postern::cache
