#include "cache/redis_status.hpp"

#include <algorithm>

namespace postern::cache {

void RedisCounters::answered(net::Clock::duration duration) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
    const auto bucket = std::ranges::lower_bound(bounds, us) - bounds.begin();
    ++took[static_cast<std::size_t>(bucket)];
    took_sum += static_cast<std::uint64_t>(us);
}

const char* to_string(NoAnswer::Kind kind) {
    switch (kind) {
        case NoAnswer::Kind::down:
            return "down";
        case NoAnswer::Kind::late:
            return "late";
        case NoAnswer::Kind::full:
            return "full";
        case NoAnswer::Kind::refused:
            return "refused";
        case NoAnswer::Kind::broken:
            return "broken";
    }
    return "";
}

}  // namespace postern::cache
