#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What readers of stored hashes have in common: a text that is taken apart from front to back.
// Nothing is decoded before its length is judged, so that a hostile text costs no memory.
namespace postern::crypto {

// In octets, both included.
struct SizeRange {
    std::size_t smallest, largest;
};

bool skip(std::string_view& rest, std::string_view expected);

// Up to the next `separator`, which goes too; nullopt: there is none.
std::optional<std::string_view> take_field(std::string_view& rest, char separator = '$');

// A decimal number without sign and leading zeros. What does not fit is as large as can be: it is
// over any limit, and says so better than "malformed" would.
std::optional<std::uint32_t> take_number(std::string_view& rest);
// The same, where the text is nothing but the number.
std::optional<std::uint32_t> read_number(std::string_view text);

std::optional<std::string> decode_unpadded(std::string_view text, SizeRange size);
// Base64 as the makers of password hashes write it: padded or not, "." in the place of "+" or not.
std::optional<std::string> decode_adapted(std::string_view text, SizeRange size);
std::optional<std::string> decode_hexadecimal(std::string_view text, SizeRange size);

// ./0-9A-Za-z and nothing else.
bool is_crypt_text(std::string_view text);

}  // namespace postern::crypto
