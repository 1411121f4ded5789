#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::smtp {

// RFC 3461 section 4: printable ASCII but "+" and "=", or "+" and two upper-case hexadecimal
// digits. nullopt: anything else. What `encode_xtext` makes can be decoded.
std::optional<std::string> decode_xtext(std::string_view text);
std::string encode_xtext(std::string_view octets);

}  // namespace postern::smtp
