#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::address {

// The few things that logins, local parts and domains need of Unicode. Pure. What is plain ASCII
// never reaches ICU. All but the first three expect well-formed UTF-8: ask `is_text` first.

bool is_ascii(std::string_view octets);

// Well-formed UTF-8 without anything that moves a cursor or ends a line: C0, DEL, C1, U+2028,
// U+2029.
bool is_text(std::string_view octets);

// Octets of a charset by its MIME name, as UTF-8; what they cannot mean is U+FFFD. nullopt: nobody
// knows that charset.
std::optional<std::string> to_utf8(std::string_view octets, std::string_view charset);

// Normalization Form C: one spelling for every character that has several.
std::string to_nfc(std::string_view text);

// RFC 8264 5.2.3: toLowerCase in no particular language, then NFC.
std::string to_lower(std::string_view text);

// RFC 8264 5.2.1: fullwidth and halfwidth characters become the ones they stand for.
std::string map_width(std::string_view text);

}  // namespace postern::address
