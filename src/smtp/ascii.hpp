#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace postern::smtp {

// The protocol's keywords are ASCII and compare without case (RFC 5321 2.4); the C locale's
// functions would ask the locale.
constexpr char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

inline std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        c = upper(c);
    return result;
}

constexpr bool equal_ignoring_case(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char l, char r) { return upper(l) == upper(r); });
}

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr bool is_alphanumeric(char c) {
    return is_digit(c) || (upper(c) >= 'A' && upper(c) <= 'Z');
}

constexpr bool is_control(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 || octet == 0x7F;
}

}  // namespace postern::smtp
