#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::smtp {

// The text as it reads when its encoded words (RFC 2047) are decoded first and wherever they stand,
// in UTF-8. Too lenient on purpose: a decoder of this kind is what some programs run before they
// parse an address field. They keep the blanks between an encoded word and what is none, as RFC
// 2047 6.2 says, or lose them.
enum class Blanks : std::uint8_t { kept, lost };
std::string with_words_decoded(std::string_view text, Blanks blanks = Blanks::kept);

}  // namespace postern::smtp
