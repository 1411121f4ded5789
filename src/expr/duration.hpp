// Durations as settings and expressions write them: "500ms" "5s" "2m" "1h" "1d".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace postern::expr {

// Milliseconds. Digits and one unit, the unit in either case; nothing else, and nothing that
// overflows.
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace postern::expr
