#pragma once

#include <string>
#include <string_view>

namespace postern::smtp {

// The text as it reads when its encoded words (RFC 2047) are decoded first and wherever they stand,
// in UTF-8. Too lenient on purpose: a decoder of this kind is what some programs run before they
// parse an address field.
std::string with_words_decoded(std::string_view text);

}  // namespace postern::smtp
