#include "sasl/field.hpp"

#include <cstdint>

namespace postern::sasl {

namespace {

// RFC 3629: in the shortest form, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text) {
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text.front());
        if ((first >= 0x80 && first < 0xC2) || first > 0xF4) return false;
        const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        if (text.size() < length) return false;
        std::uint32_t character = length == 1 ? first : first & (0x7FU >> length);
        for (const char next : text.substr(1, length - 1)) {
            const auto octet = static_cast<unsigned char>(next);
            if ((octet & 0xC0) != 0x80) return false;
            character = character << 6 | (octet & 0x3FU);
        }
        const bool surrogate = character >= 0xD800 && character < 0xE000;
        if (character < smallest[length] || character > 0x10FFFF || surrogate) return false;
        text.remove_prefix(length);
    }
    return true;
}

bool is_field(std::string_view octets, std::size_t limit) {
    return !octets.empty() && octets.size() <= limit &&
           octets.find('\0') == std::string_view::npos && is_utf8(octets);
}

}  // namespace

bool is_identity(std::string_view octets) {
    return is_field(octets, 512);
}

bool is_password(std::string_view octets) {
    return is_field(octets, 4096);
}

}  // namespace postern::sasl
