#include "smtp/utf8.hpp"

#include <gtest/gtest.h>

namespace postern::smtp {

TEST(Utf8, KnowsWellFormedCharacters) {
    const std::pair<std::string_view, std::size_t> cases[] = {
        {"", 0},
        {"a", 1},
        {std::string_view("\0", 1), 1},
        {"\x7F", 1},
        {"\xC2\x80", 2},
        {"\xDF\xBF", 2},
        {"\xE0\xA0\x80", 3},
        {"\xED\x9F\xBF", 3},
        {"\xEE\x80\x80", 3},
        {"\xEF\xBF\xBF", 3},
        {"\xF0\x90\x80\x80", 4},
        {"\xF4\x8F\xBF\xBF", 4},
        {"\xC3\xA4 and more", 2},
        {"\x80", 0},      // a continuation alone
        {"\xC0\xAF", 0},  // overlong
        {"\xC1\xBF", 0},
        {"\xE0\x9F\xBF", 0},
        {"\xF0\x8F\xBF\xBF", 0},
        {"\xED\xA0\x80", 0},      // a surrogate
        {"\xF4\x90\x80\x80", 0},  // beyond U+10FFFF
        {"\xF5\x80\x80\x80", 0},
        {"\xFF", 0},
        {"\xC3", 0},  // cut off
        {"\xE2\x82", 0},
        {"\xF0\x9F\x98", 0},
        {"\xC3(", 0},
        {"\xE2\x82(", 0},
    };
    for (const auto& [text, length] : cases)
        EXPECT_EQ(utf8_character(text), length) << testing::PrintToString(text);
}

TEST(Utf8, WantsEveryCharacterWellFormed) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("j\xC3\xA4ne \xF0\x9F\x98\x80"));
    EXPECT_FALSE(is_utf8("j\xC3\xA4ne\xC3"));
    EXPECT_FALSE(is_utf8("\xC3(ok"));
}

}  // namespace postern::smtp
