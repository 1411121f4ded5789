// Numbers, sizes and durations as texts of the settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::config {

// Decimal digits, with "-" before them.
std::optional<std::int64_t> whole_number(std::string_view text);
// Octets: "10k" "10kb" "10K", of 1024 each, or plain octets.
std::optional<std::uint64_t> parse_size(std::string_view text);
// "90s" "2m": in the largest unit that is exact, for messages.
std::string as_duration(std::chrono::milliseconds value);

}  // namespace postern::config
