#include "identity/login.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace postern::identity {
namespace {

using namespace std::string_literals;

TEST(Login, HasOneFormForAllItsSpellings) {
    const std::vector<std::pair<std::string, std::string>> table = {
        {"jane", "jane"},
        {"JANE", "jane"},
        {"Jane@Example.ORG", "jane@example.org"},
        {R"(CORP\Jane)", R"(corp\jane)"},
        {"jane doe", "jane doe"},
        {" jane ", " jane "},  // nothing is trimmed: that would be guessing
        {"jane+tag", "jane+tag"},
        {"JANÉ", "jané"},
        {"JANE\u0301", "jané"},
        {"ｊａｎｅ", "jane"},  // fullwidth
        {"ＪＡＮＥ＠ｅｘａｍｐｌｅ．ｏｒｇ", "jane@example.org"},
        {"\uFF76\uFF9E", "\u30AC"},  // halfwidth KA with its voiced mark is one GA
        {"\u212Aim", "kim"},         // KELVIN SIGN
        {"\u00C5sa", "\u00E5sa"},
        {"\u212Bsa", "\u00E5sa"},  // ANGSTROM SIGN
        {"ΣΟΦΙΑ", "σοφια"},
        {"Straße", "straße"},  // not "strasse"
        {"STRAẞE", "straße"},
        {"İ", "i\u0307"},  // in no particular language
        {"I", "i"},
        {"ЮЗЕР", "юзер"},
        {"伊昭傑", "伊昭傑"},
        {"ﬁ", "ﬁ"},                    // compatibility is not width
        {"jаne", "jаne"},              // a Cyrillic а stays one
        {"\U00010400", "\U00010428"},  // case beyond the basic plane
        {"\U0001F600", "\U0001F600"},
    };
    for (const auto& [typed, text] : table) {
        const auto login = Login::parse(typed);
        ASSERT_TRUE(login) << typed;
        EXPECT_EQ(login->text(), text) << typed;
        EXPECT_EQ(Login::parse(login->text()), login) << "the form is its own form: " << typed;
    }
}

TEST(Login, IsRefusedWhenItIsNoText) {
    for (const auto& typed :
         {""s, "\0"s, "ja\0ne"s, "jane\n"s, "jane\r\n"s, "\tjane"s, "\x7F"s, "ja\x1Bne"s,
          "jan\x80"s, "jan\xC3"s, "\xC0\xAF"s, "\xED\xA0\x80"s, "\xF5\x80\x80\x80"s, "\xFF\xFE"s,
          "ja\u0085ne"s, "ja\u009Fne"s, "ja\u2028ne"s, "ja\u2029ne"s}) {
        EXPECT_FALSE(Login::parse(typed)) << testing::PrintToString(typed);
    }
}

TEST(Login, HasAtMost512OctetsBeforeAndAfter) {
    EXPECT_TRUE(Login::parse(std::string(512, 'a')));
    EXPECT_FALSE(Login::parse(std::string(513, 'a')));
    EXPECT_FALSE(Login::parse(std::string(100'000'000, 'a')));
    std::string grows;  // U+023A is two octets, its lower case U+2C65 three
    for (int i = 0; i < 256; ++i)
        grows += "\u023A";
    EXPECT_FALSE(Login::parse(grows));
    EXPECT_TRUE(Login::parse(grows.substr(0, 2 * 170)));
}

TEST(Login, SplitsAtItsLastAt) {
    const std::vector<std::array<std::string, 3>> table = {
        {"jane@example.org", "jane", "example.org"}, {"jane", "jane", ""},  {"jane@", "jane", ""},
        {"@example.org", "", "example.org"},         {"a@b@c", "a@b", "c"}, {"@", "", ""},
    };
    for (const auto& [typed, local_part, domain] : table) {
        const auto login = Login::parse(typed);
        ASSERT_TRUE(login);
        EXPECT_EQ(login->local_part(), local_part) << typed;
        EXPECT_EQ(login->domain(), domain) << typed;
    }
}

// What one gateway wrote into the cache another one must find: the form may not depend on how often
// it was taken.
TEST(Login, IsStableForEveryCharacter) {
    for (char32_t character = 0x80; character < 0x110000; ++character) {
        std::string typed = "a";
        if (character < 0x800) {
            typed += static_cast<char>(0xC0 | character >> 6);
        } else if (character < 0x10000) {
            typed += static_cast<char>(0xE0 | character >> 12);
            typed += static_cast<char>(0x80 | (character >> 6 & 0x3F));
        } else {
            typed += static_cast<char>(0xF0 | character >> 18);
            typed += static_cast<char>(0x80 | (character >> 12 & 0x3F));
            typed += static_cast<char>(0x80 | (character >> 6 & 0x3F));
        }
        typed += static_cast<char>(0x80 | (character & 0x3F));
        const auto login = Login::parse(typed);
        if (!login) continue;
        ASSERT_EQ(Login::parse(login->text()), login) << std::hex << std::uint32_t{character};
    }
}

}  // namespace
}  // namespace postern::identity
