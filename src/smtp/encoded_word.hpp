#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::smtp {

// Decoders keep the blanks between an encoded word and what is none, as RFC 2047 6.2 says, or lose
// them.
enum class Blanks : std::uint8_t { kept, lost };

// A text as it reads when its encoded words (RFC 2047) are decoded first and wherever they stand,
// in UTF-8. Too lenient on purpose: programs with such a decoder run it before they parse an
// address field.
struct DecodedText {
    std::string text;
    // All decoders find the same words, and where a quoted string ends does not depend on who
    // decodes when: no quote, backslash or bracket in a word, no odd number of quotes in what words
    // in a row decode to, no half words. Every charset is known: the names that only some decoders
    // know are those of UTF-7 and of escapes.
    bool harmless = true;
};
DecodedText decode_words(std::string_view text, Blanks blanks = Blanks::kept);

}  // namespace postern::smtp
