#include "expr/duration.hpp"

#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace postern::expr {
namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{{
    {"ms", 1},
    {"s", 1000},
    {"m", 60 * 1000},
    {"h", 60 * 60 * 1000},
    {"d", 24 * 60 * 60 * 1000},
}};

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
    std::int64_t count = 0;
    if (text.empty() || text.front() == '-') return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc()) return std::nullopt;
    std::string unit(end, text.data() + text.size());
    for (char& c : unit)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    for (const auto& [name, milliseconds] : units) {
        std::int64_t result = 0;
        if (unit == name && !__builtin_mul_overflow(count, milliseconds, &result)) return result;
    }
    return std::nullopt;
}

}  // namespace postern::expr
