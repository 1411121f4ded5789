#include "crypto/hex.hpp"

#include <cstdint>

namespace postern::crypto {

std::string hex(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * octets.size());
    for (const char octet : octets) {
        text += digits[static_cast<std::uint8_t>(octet) >> 4];
        text += digits[static_cast<std::uint8_t>(octet) & 0xF];
    }
    return text;
}

}  // namespace postern::crypto
