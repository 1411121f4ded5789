#include "crypto/hash_text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "crypto/base64.hpp"

namespace postern::crypto {
namespace {

std::optional<std::string> within(std::optional<std::string> octets, SizeRange size) {
    if (!octets || octets->size() < size.smallest || octets->size() > size.largest)
        return std::nullopt;
    return octets;
}

bool fits_base64(std::string_view text, SizeRange size) {
    return text.size() <= (size.largest + 2) / 3 * 4;
}

int digit_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

}  // namespace

bool skip(std::string_view& rest, std::string_view expected) {
    if (!rest.starts_with(expected)) return false;
    rest.remove_prefix(expected.size());
    return true;
}

std::optional<std::string_view> take_field(std::string_view& rest, char separator) {
    const auto end = rest.find(separator);
    if (end == std::string_view::npos) return std::nullopt;
    const auto field = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return field;
}

std::optional<std::uint32_t> take_number(std::string_view& rest) {
    std::uint32_t number = 0;
    const auto* begin = rest.data();
    const auto [end, error] = std::from_chars(begin, begin + rest.size(), number);
    if (end == begin || (*begin == '0' && end - begin > 1)) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - begin));
    return error == std::errc{} ? number : std::numeric_limits<std::uint32_t>::max();
}

std::optional<std::uint32_t> read_number(std::string_view text) {
    const auto number = take_number(text);
    return text.empty() ? number : std::nullopt;
}

std::optional<std::string> decode_unpadded(std::string_view text, SizeRange size) {
    if (!fits_base64(text, size)) return std::nullopt;
    return within(base64_decode_unpadded(text), size);
}

std::optional<std::string> decode_adapted(std::string_view text, SizeRange size) {
    if (!fits_base64(text, size)) return std::nullopt;
    if (text.ends_with('=')) {
        if (text.size() % 4 != 0) return std::nullopt;
        for (int padding = 0; padding < 2 && text.ends_with('='); ++padding)
            text.remove_suffix(1);
    }
    std::string usual(text);
    std::ranges::replace(usual, '.', '+');
    return within(base64_decode_unpadded(usual), size);
}

std::optional<std::string> decode_hexadecimal(std::string_view text, SizeRange size) {
    if (text.size() % 2 != 0 || text.size() / 2 > size.largest) return std::nullopt;
    std::string octets;
    octets.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit_value(text[i]), low = digit_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        octets += static_cast<char>(high * 16 + low);
    }
    return within(std::move(octets), size);
}

bool is_crypt_text(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return c == '.' || c == '/' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
               (c >= 'a' && c <= 'z');
    });
}

}  // namespace postern::crypto
