#include "smtp/xtext.hpp"

namespace postern::smtp {

namespace {

int hexadecimal(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::optional<std::string> decode_xtext(std::string_view text) {
    std::string octets;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] < '!' || text[i] > '~' || text[i] == '=') return std::nullopt;
        if (text[i] != '+') {
            octets += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hexadecimal(text[i + 1]);
        const int low = hexadecimal(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        octets += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return octets;
}

std::string encode_xtext(std::string_view octets) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string text;
    for (const char c : octets) {
        if (c >= '!' && c <= '~' && c != '+' && c != '=') {
            text += c;
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        text += '+';
        text += hex[octet >> 4U];
        text += hex[octet & 0xFU];
    }
    return text;
}

}  // namespace postern::smtp
