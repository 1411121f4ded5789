#include "smtp/encoded_word.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace postern::smtp {

namespace {

using Table = std::vector<std::pair<std::string, std::string>>;

void expect_decoded(const Table& table) {
    for (const auto& [text, expected] : table)
        EXPECT_EQ(decode_words(text).text, expected) << text;
}

TEST(EncodedWord, IsDecodedWhereverItStands) {
    expect_decoded({
        {"", ""},
        {"Jane Doe", "Jane Doe"},
        {"=?utf-8?Q?Jan=C3=A9_Doe?=", "Jan\u00e9 Doe"},
        {"=?UTF-8?q?a=3d=3D?=", "a=="},
        {"=?utf-8?B?SmFuw6k=?=", "Jan\u00e9"},
        {"=?utf-8?b?SmFuw6k?=", "Jan\u00e9"},
        {"=?iso-8859-1?Q?M=FCller?=", "M\u00fcller"},
        {"=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore"},  // RFC 2231 section 5
        {"=?ISO-2022-JP?B?GyRCOzNFREJAGyhC?=", "\u5c71\u7530\u592a"},
        {"\"=?utf-8?Q?Jane?=\" <jane@x.test>", "\"Jane\" <jane@x.test>"},
        {"(=?utf-8?Q?Jane?=)", "(Jane)"},
        {"a=?utf-8?Q?b?=c", "abc"},
    });
}

TEST(EncodedWord, SwallowsTheBlanksToTheNextOne) {
    expect_decoded({
        {"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"},  // RFC 2047 section 8
        {"=?utf-8?Q?a?=  \t=?utf-8?B?Yg==?= c", "ab c"},
        {"=?utf-8?Q?a?=\t=?utf-8?Q?_b?=", "a b"},
        {"=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"},
        {"=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"},
    });
}

TEST(EncodedWord, MayLoseTheBlanksAroundIt) {
    const Table table = {
        {"a =?utf-8?Q?b?= c", "abc"},
        {" a  =?utf-8?Q?_b?= =?utf-8?Q?c_?=\td ", " a bc d "},
        {" a b ", " a b "},
    };
    for (const auto& [text, expected] : table)
        EXPECT_EQ(decode_words(text, Blanks::lost).text, expected) << text;
}

TEST(EncodedWord, ThatIsMalformedIsDecodedAsFarAsSomeReaderWould) {
    expect_decoded({
        {"=?utf-8?Q?a b, c?=", "a b, c"},
        {"=?utf-8?Q?a=4?=", "a=4"},
        {"=?utf-8?Q?a=?=", "a="},
        {"=?utf-8?Q?a=zz?=", "a=zz"},
        {"=?utf-8?B?S m\"F(u?=", "Jan"},
        {"=?utf-8?Q?\xC3?=", "\uFFFD"},
        {"=?nonsense?Q?Jan=C3=A9?=", "Jan\u00e9"},
        {"=?../../etc/passwd?Q?a?=", "a"},
        {"=??Q?a?=", "a"},
        {"=?=?utf-8?Q?a?=", "=?a"},
    });
}

TEST(EncodedWord, IsHarmlessUnlessItMovesTheEndOfAQuotedString) {
    for (const auto* text :
         {"", "\"(<", "=?utf-8?Q?a?=", "=?utf-8?Q?a b?=", "=?utf-8?Q?=22a?= =?utf-8?Q?b=22_c?=",
          "=?utf-8?B?YWI=?=", "=?utf-8?B?YQ==?=", "=?utf-8?B?\?=", "=?utf-8?Q?=22a=22?=",
          "=?utf-8?Q?=28,=3C?=", "\"=?utf-8?Q?a,b?=\"", "a?=b", "=?utf-8?B?YWI?="}) {
        EXPECT_TRUE(decode_words(text).harmless) << text;
    }
    for (const auto* text : {"=?utf-8?Q?=22?=",
                             "=?utf-8?B?Ig==?=",
                             "=?utf-8?Q?a\"b\"?=",
                             "=?utf-8?Q?(?=",
                             "=?utf-8?Q?a <b>?=",
                             "=?\"?Q?a?=",
                             "=?utf-8?B?\\?=",
                             "=?utf-8?Q?=22?= a =?utf-8?Q?=22?=",
                             "=?u7?Q?a?=",
                             "=?,utf-8?Q?a?=",
                             "=?utf-8,x?Q?a?=",
                             "=?utf 8?Q?a?=",
                             "=?",
                             "=?utf-8?Q?a",
                             "=?utf-8?X?a?=",
                             "=?=?utf-8?Q?a?=",
                             "=?utf-8?B?YQ==YQ?=",
                             "=?utf-8?B?YQ===?=",
                             "=?utf-8?B?Y Q?=",
                             "=?utf-8?B?=YQ?=",
                             "=?utf-8?Q?a?b?=",
                             "=?utf-8?Q?=22a b=22?=",
                             "=?unicode_escape?Q?a?=",
                             "=?../../etc/passwd?Q?a?=",
                             "=??Q?a?="}) {
        EXPECT_FALSE(decode_words(text).harmless) << text;
    }
}

TEST(EncodedWord, ThatIsNoneStaysAsItIs) {
    for (const auto* text : {"=?", "=?=", "=??", "=?utf-8", "=?utf-8?", "=?utf-8?Q", "=?utf-8?Q?",
                             "=?utf-8?Q?a", "=?utf-8?Q?a?", "=?utf-8?X?a?=", "?=", "=?a?b?c"}) {
        EXPECT_EQ(decode_words(text).text, text);
    }
}

}  // namespace

}  // namespace postern::smtp
