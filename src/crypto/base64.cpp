#include "crypto/base64.hpp"

#include <array>
#include <cstdint>

namespace postern::crypto {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t not_in_alphabet = 0xFF;

constexpr auto values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(not_in_alphabet);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
}();

}  // namespace

std::string base64_encode_unpadded(std::string_view octets) {
    std::string text;
    text.reserve((octets.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    unsigned count = 0;  // of bits not yet written
    for (const char octet : octets) {
        bits = bits << 8 | static_cast<std::uint8_t>(octet);
        for (count += 8; count >= 6;) {
            count -= 6;
            text += alphabet[bits >> count & 0x3F];
        }
    }
    if (count > 0) text += alphabet[bits << (6 - count) & 0x3F];
    return text;
}

std::string base64_encode(std::string_view octets) {
    auto text = base64_encode_unpadded(octets);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

std::optional<std::string> base64_decode_unpadded(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string octets;
    octets.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char letter : text) {
        const auto value = values[static_cast<std::uint8_t>(letter)];
        if (value == not_in_alphabet) return std::nullopt;
        bits = bits << 6 | value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            octets += static_cast<char>(bits >> count & 0xFF);
        }
    }
    // RFC 4648 3.5: two texts must not mean the same octets.
    if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
    return octets;
}

std::optional<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding)
        text.remove_suffix(1);
    return base64_decode_unpadded(text);
}

}  // namespace postern::crypto
