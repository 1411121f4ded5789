#include "ldap/range.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "ldap/attribute_name.hpp"
#include "smtp/ascii.hpp"

namespace postern::ldap {

namespace {

std::optional<std::uint32_t> number(std::string_view digits) {
    std::uint32_t value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return value;
}

}  // namespace

std::optional<Range> parse_range(std::string_view description) {
    constexpr std::string_view option = ";range=";
    const auto at = description.rfind(';');
    if (at == std::string_view::npos) return std::nullopt;
    const auto bounds_at = at + option.size();
    if (!smtp::equal_ignoring_case(description.substr(at, option.size()), option))
        return std::nullopt;
    const auto bounds = description.substr(bounds_at);
    const auto dash = bounds.find('-');
    if (dash == std::string_view::npos) return std::nullopt;

    Range range{std::string(description.substr(0, at)), 0, std::nullopt};
    const auto first = number(bounds.substr(0, dash));
    if (!first || !is_attribute_description(range.attribute)) return std::nullopt;
    range.first = *first;
    if (bounds.substr(dash + 1) == "*") return range;
    range.last = number(bounds.substr(dash + 1));
    if (!range.last || *range.last < range.first) return std::nullopt;
    return range;
}

std::optional<std::string> next_range(const Range& range) {
    if (!range.last || *range.last == std::numeric_limits<std::uint32_t>::max())
        return std::nullopt;
    return fmt::format("{};range={}-*", range.attribute, *range.last + 1);
}

}  // namespace postern::ldap
