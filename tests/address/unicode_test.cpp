#include "address/unicode.hpp"

#include <gtest/gtest.h>

namespace postern::address {
namespace {

TEST(Charset, IsConvertedToUtf8) {
    struct Case {
        std::string octets, charset, expected;
    };
    const Case cases[] = {
        {"", "utf-8", ""},
        {"Jan\xC3\xA9", "UTF-8", "Jan\u00e9"},
        {"Jan\xE9", "iso-8859-1", "Jan\u00e9"},
        {"Jan\xE9 \x96", "Windows-1252", "Jan\u00e9 \u2013"},
        {"Jan\xE9", "utf-8", "Jan\uFFFD"},
        {"\x1B$B;3EDB@\x1B(B", "ISO-2022-JP", "\u5c71\u7530\u592a"},
        {"+AEA-", "utf-7", "@"},
        {"\x7C", "cp037", "@"},
    };
    for (const auto& each : cases)
        EXPECT_EQ(to_utf8(each.octets, each.charset), each.expected) << each.charset;
}

TEST(Charset, ThatNobodyKnowsIsNotGuessed) {
    for (const auto* charset : {"", " ", "u7", "nonsense", "unicode_escape", "x-user-defined",
                                ",utf-8", "utf-8,version=1", "utf-8 ", "/etc/passwd"}) {
        EXPECT_EQ(to_utf8("a", charset), std::nullopt) << charset;
    }
}

}  // namespace
}  // namespace postern::address
