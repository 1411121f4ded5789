#include "smtp/xtext.hpp"

#include <gtest/gtest.h>

namespace postern::smtp {

TEST(Xtext, DecodesHexadecimalPairs) {
    using namespace std::string_literals;
    const std::pair<const char*, std::optional<std::string>> cases[] = {
        {"", ""},
        {"plain!~", "plain!~"},
        {"a+2Bb+3D", "a+b="},
        {"+00", "\0"s},
        {"+FF", "\xFF"},
        {"+", std::nullopt},
        {"+2", std::nullopt},
        {"+2b", std::nullopt},
        {"+G0", std::nullopt},
        {"a=b", std::nullopt},
        {"a b", std::nullopt},
        {"a\x7F", std::nullopt},
        {"\xC3\xA4", std::nullopt},
    };
    for (const auto& [text, octets] : cases)
        EXPECT_EQ(decode_xtext(text), octets) << text;
}

TEST(Xtext, EncodesWhatItDecodes) {
    EXPECT_EQ(encode_xtext("a+b= c"), "a+2Bb+3D+20c");
    EXPECT_EQ(encode_xtext("j\xC3\xA4ne"), "j+C3+A4ne");
    for (int octet = 0; octet < 256; ++octet) {
        const std::string octets(2, static_cast<char>(octet));
        EXPECT_EQ(decode_xtext(encode_xtext(octets)), octets) << octet;
    }
}

}  // namespace postern::smtp
