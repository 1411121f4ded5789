#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::crypto {

// RFC 4648 section 4. Decoding is strict: no blanks, no line ends, padding exactly where it
// belongs, unused bits zero. nullopt: anything else.
std::string base64_encode(std::string_view octets);
std::optional<std::string> base64_decode(std::string_view text);
// The same alphabet without padding, as PHC strings have it.
std::string base64_encode_unpadded(std::string_view octets);
std::optional<std::string> base64_decode_unpadded(std::string_view text);

}  // namespace postern::crypto
