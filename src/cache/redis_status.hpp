#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "cache/redis_answer.hpp"

namespace postern::cache {

// What has become of the operations of one Redis so far.
struct RedisCounters {
    std::uint64_t operations = 0;
    std::array<std::uint64_t, NoAnswer::kinds> unanswered{};  // by NoAnswer::Kind
    std::uint64_t took_sum = 0;                               // microseconds, of those answered
    std::uint64_t connects = 0;                               // connections that were made

    void not_answered(NoAnswer::Kind kind) { ++unanswered[static_cast<std::size_t>(kind)]; }
};

// How it stands now.
struct RedisStatus {
    bool up = false;     // something can be asked; of a cluster: every slot has a server
    std::string server;  // "10.0.0.3:6379", of a cluster all that are up
    std::string why_down;
    RedisCounters counters;
};

}  // namespace postern::cache
