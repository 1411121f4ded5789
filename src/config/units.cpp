#include "config/units.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <utility>

namespace postern::config {

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest != end) return std::nullopt;
    return number;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc()) return std::nullopt;
    std::string unit(rest, end);
    for (char& c : unit)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (unit.size() == 2 && unit[1] == 'b') unit.pop_back();
    const std::string_view units = "kmgt";
    const auto power = unit.empty() ? units.npos : units.find(unit);
    if (!unit.empty() && (unit.size() != 1 || power == units.npos)) return std::nullopt;
    std::uint64_t factor = 1;
    if (!unit.empty()) factor <<= 10 * (power + 1);
    std::uint64_t result = 0;
    if (__builtin_mul_overflow(number, factor, &result)) return std::nullopt;
    return result;
}

std::string as_duration(std::chrono::milliseconds value) {
    constexpr std::pair<std::int64_t, std::string_view> units[] = {
        {86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}};
    for (const auto& [milliseconds, unit] : units)
        if (value.count() != 0 && value.count() % milliseconds == 0)
            return fmt::format("{}{}", value.count() / milliseconds, unit);
    return fmt::format("{}ms", value.count());
}

}  // namespace postern::config
