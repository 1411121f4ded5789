#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::ldap {

// Active Directory hands out the values of an attribute in portions: "member;range=0-1499" in the
// place of "member" (MS-ADTS 3.1.1.3.1.3.3).
struct Range {
    std::string attribute;  // "member", with its other options
    std::uint32_t first = 0;
    std::optional<std::uint32_t> last;  // nullopt: "*", there are no more

    friend bool operator==(const Range&, const Range&) = default;
};

// nullopt: an attribute as any other.
std::optional<Range> parse_range(std::string_view description);

// What to ask for next, "member;range=1500-*"; nullopt: that was all. Each answer moves the first
// value on, so whoever follows needs no other guard than a limit.
std::optional<std::string> next_range(const Range& range);

}  // namespace postern::ldap
