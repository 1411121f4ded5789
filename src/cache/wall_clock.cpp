#include "cache/wall_clock.hpp"

namespace postern::cache {

Time wall_clock() {
    return std::chrono::time_point_cast<Time::duration>(std::chrono::system_clock::now());
}

}  // namespace postern::cache
