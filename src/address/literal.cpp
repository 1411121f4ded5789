#include "address/literal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "address/unicode.hpp"

// Written out here because inet_pton comes with the socket headers, which a pure folder does not
// see.
namespace postern::address {
namespace {

constexpr std::size_t longest_literal = 64;
constexpr std::string_view ipv6_tag = "ipv6:";
constexpr std::size_t group_count = 8;

using Ipv4 = std::array<std::uint8_t, 4>;
using Ipv6 = std::array<std::uint16_t, group_count>;

// The whole of `text` as one number without a sign: 1 to `longest` digits.
std::optional<std::uint16_t> parse_number(std::string_view text, int base, std::size_t longest) {
    std::uint16_t number = 0;
    if (text.size() > longest) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<Ipv4> parse_ipv4(std::string_view text) {
    Ipv4 octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const auto dot = text.find('.');
        const bool last = i + 1 == octets.size();
        if ((dot == std::string_view::npos) != last) return std::nullopt;
        const auto digits = text.substr(0, dot);
        const auto number = parse_number(digits, 10, 3);
        if (!number || *number > 255 || (digits.size() > 1 && digits[0] == '0')) {
            return std::nullopt;
        }
        octets[i] = static_cast<std::uint8_t>(*number);
        if (!last) text.remove_prefix(dot + 1);
    }
    return octets;
}

struct Groups {
    Ipv6 values{};
    std::size_t count = 0;

    bool add(std::uint16_t group) {
        if (count == values.size()) return false;
        values[count++] = group;
        return true;
    }
};

// An IPv4 address may stand for the last two groups (RFC 4291 2.2).
bool add_ipv4(Groups& groups, std::string_view text) {
    const auto octets = parse_ipv4(text);
    if (!octets) return false;
    const auto join = [&](std::size_t i) {
        return static_cast<std::uint16_t>((*octets)[i] << 8 | (*octets)[i + 1]);
    };
    return groups.add(join(0)) && groups.add(join(2));
}

// Groups between colons, or none at all.
std::optional<Groups> parse_groups(std::string_view text, bool ipv4_at_end) {
    Groups groups;
    while (!text.empty()) {
        const auto colon = text.find(':');
        const auto digits = text.substr(0, colon);
        if (colon == std::string_view::npos && ipv4_at_end && digits.find('.') != colon) {
            return add_ipv4(groups, digits) ? std::optional(groups) : std::nullopt;
        }
        const auto group = parse_number(digits, 16, 4);
        if (!group || !groups.add(*group)) return std::nullopt;
        if (colon == std::string_view::npos) break;
        text.remove_prefix(colon + 1);
        if (text.empty()) return std::nullopt;  // ended with a colon
    }
    return groups;
}

std::optional<Ipv6> parse_ipv6(std::string_view text) {
    const auto gap = text.find("::");
    const auto before = parse_groups(text.substr(0, gap), gap == std::string_view::npos);
    if (!before) return std::nullopt;
    if (gap == std::string_view::npos) {
        return before->count == group_count ? std::optional(before->values) : std::nullopt;
    }
    const auto after = parse_groups(text.substr(gap + 2), true);
    if (!after || before->count + after->count >= group_count) return std::nullopt;
    auto values = before->values;
    std::copy_n(after->values.begin(), after->count, values.end() - static_cast<int>(after->count));
    return values;
}

std::string format_ipv4(const Ipv4& octets) {
    return fmt::format("{}.{}.{}.{}", octets[0], octets[1], octets[2], octets[3]);
}

std::string format_groups(Ipv6::const_iterator first, Ipv6::const_iterator last) {
    return fmt::format("{:x}", fmt::join(first, last, ":"));
}

// RFC 5952: lower case, the longest run of at least two zero groups (the first of equals) as "::".
std::string format_ipv6(const Ipv6& groups) {
    constexpr Ipv6 mapped{0, 0, 0, 0, 0, 0xFFFF};
    if (std::equal(groups.begin(), groups.begin() + 6, mapped.begin())) {
        return fmt::format("::ffff:{}.{}.{}.{}", groups[6] >> 8, groups[6] & 0xFF, groups[7] >> 8,
                           groups[7] & 0xFF);
    }
    auto gap = groups.begin();
    auto gap_end = gap;
    for (auto at = groups.begin(); at != groups.end();) {
        const auto end = std::find_if(at, groups.end(), [](auto group) { return group != 0; });
        if (end - at > std::max<std::ptrdiff_t>(gap_end - gap, 1)) {
            gap = at;
            gap_end = end;
        }
        at = end == groups.end() ? end : end + 1;
    }
    if (gap == gap_end) return format_groups(groups.begin(), groups.end());
    return format_groups(groups.begin(), gap) + "::" + format_groups(gap_end, groups.end());
}

}  // namespace

std::optional<std::string> normalize_literal(std::string_view literal) {
    if (literal.size() < 2 || literal.size() > longest_literal || literal.front() != '[' ||
        literal.back() != ']' || !is_ascii(literal)) {
        return std::nullopt;
    }
    const auto inside = literal.substr(1, literal.size() - 2);
    if (to_lower(inside.substr(0, ipv6_tag.size())) == ipv6_tag) {
        const auto address = parse_ipv6(inside.substr(ipv6_tag.size()));
        return address ? std::optional("[IPv6:" + format_ipv6(*address) + "]") : std::nullopt;
    }
    const auto address = parse_ipv4(inside);
    return address ? std::optional("[" + format_ipv4(*address) + "]") : std::nullopt;
}

}  // namespace postern::address
