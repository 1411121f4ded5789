#pragma once

#include <optional>
#include <string_view>

namespace postern::ldap {

// 0 to 15, or -1: no hexadecimal digit.
constexpr int hexadecimal_digit(char octet) {
    if (octet >= '0' && octet <= '9') return octet - '0';
    if (octet >= 'a' && octet <= 'f') return octet - 'a' + 10;
    if (octet >= 'A' && octet <= 'F') return octet - 'A' + 10;
    return -1;
}

// The octet that the first two digits of a text stand for.
constexpr std::optional<char> hexadecimal_octet(std::string_view text) {
    if (text.size() < 2) return std::nullopt;
    const int high = hexadecimal_digit(text[0]);
    const int low = hexadecimal_digit(text[1]);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

}  // namespace postern::ldap
