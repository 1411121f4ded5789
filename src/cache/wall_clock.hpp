#pragma once

#include "cache/record.hpp"

namespace postern::cache {

// What time it is, as far as gateways agree on it.
Time wall_clock();

}  // namespace postern::cache
