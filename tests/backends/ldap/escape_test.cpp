#include "ldap/escape.hpp"

#include <gtest/gtest.h>

#include "ldap/dn.hpp"
#include "ldap/filter.hpp"

namespace postern::ldap {
namespace {

using namespace std::string_literals;

TEST(EscapeFilterValue, LeavesPrintableAsciiThatHasNoMeaning) {
    const std::pair<std::string, const char*> cases[] = {
        {"", ""},
        {"jane.doe+x@example.org", "jane.doe+x@example.org"},
        {"*", "\\2a"},
        {"(", "\\28"},
        {")", "\\29"},
        {"\\", "\\5c"},
        {"\\2a", "\\5c2a"},
        {"\0"s, "\\00"},
        {" a b ", " a b "},
        {"a&|!=<>~:,;b", "a&|!=<>~:,;b"},
        {"\r\n\t\x7F", "\\0d\\0a\\09\\7f"},
        {"j\xC3\xA4ne", "j\\c3\\a4ne"},
        {"\xFF", "\\ff"},
    };
    for (const auto& [value, escaped] : cases)
        EXPECT_EQ(escape_filter_value(value), escaped) << value;
}

TEST(EscapeFilterValue, EveryOctetComesBackAndStaysOneValue) {
    std::string all;
    for (int octet = 0; octet < 256; ++octet) {
        const std::string value(2, static_cast<char>(octet));
        all += value;
        const auto text = "(uid=" + escape_filter_value(value) + ")";
        const auto filter = parse_filter(text);
        ASSERT_TRUE(filter.has_value()) << octet;
        ASSERT_EQ(filter->values.size(), 1u) << octet;
        EXPECT_EQ(unescape_filter_value(filter->values[0]), value) << octet;
    }
    EXPECT_EQ(unescape_filter_value(escape_filter_value(all)), all);
}

TEST(EscapeDnValue, EscapesWhatTheGrammarTakesForItself) {
    const std::pair<std::string, const char*> cases[] = {
        {"", ""},
        {"jane", "jane"},
        {"Doe, Jane", "Doe\\, Jane"},
        {"a\"b+c;d<e>f=g\\h", "a\\\"b\\+c\\;d\\<e\\>f\\=g\\\\h"},
        {"#1", "\\#1"},
        {"a#1", "a#1"},
        {" ", "\\20"},
        {"  a  b  ", "\\20 a  b \\20"},
        {"a\\ ", "a\\\\\\20"},
        {"\0"s, "\\00"},
        {"a\r\nb\x7F", "a\\0D\\0Ab\\7F"},
        {"j\xC3\xA4ne", "j\xC3\xA4ne"},
        {"j\xC2\x85\xE2\x80\xA8", "j\\C2\\85\\E2\\80\\A8"},
        {"j\xC3", "j\\C3"},
        {"\xFF\xFE", "\\FF\\FE"},
    };
    for (const auto& [value, escaped] : cases)
        EXPECT_EQ(escape_dn_value(value), escaped) << value;
}

TEST(EscapeDnValue, EveryOctetComesBackAndStaysOneValue) {
    for (int octet = 0; octet < 256; ++octet) {
        for (const auto& value :
             {std::string(1, static_cast<char>(octet)), std::string(3, static_cast<char>(octet))}) {
            const auto text = "uid=" + escape_dn_value(value) + ",ou=people";
            const auto dn = parse_dn(text);
            ASSERT_TRUE(dn.has_value()) << octet;
            ASSERT_EQ(dn->size(), 2u) << octet;
            ASSERT_EQ(dn->front().size(), 1u) << octet;
            EXPECT_EQ(dn->front().front().value, value) << octet;
        }
    }
}

}  // namespace
}  // namespace postern::ldap
