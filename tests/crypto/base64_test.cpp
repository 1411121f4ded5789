#include "crypto/base64.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace postern::crypto {
namespace {

using namespace std::string_literals;

TEST(Base64, KnowsTheVectorsOfRfc4648) {
    const std::vector<std::pair<std::string, std::string>> table = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\0jane\0secret"s, "AGphbmUAc2VjcmV0"},
        {"Username:", "VXNlcm5hbWU6"},
        {"Password:", "UGFzc3dvcmQ6"},
        {"\xFB\xFF\xBE"s, "+/++"},
        {"\0"s, "AA=="},
        {"\xFF"s, "/w=="},
    };
    for (const auto& [octets, text] : table) {
        EXPECT_EQ(base64_encode(octets), text);
        EXPECT_EQ(base64_decode(text), octets) << text;
        const auto unpadded = text.substr(0, text.find('='));
        EXPECT_EQ(base64_encode_unpadded(octets), unpadded);
        EXPECT_EQ(base64_decode_unpadded(unpadded), octets) << text;
    }
}

TEST(Base64, BringsEveryOctetBack) {
    std::string octets;
    for (int octet = 0; octet < 256; ++octet) {
        octets += static_cast<char>(octet);
        EXPECT_EQ(base64_decode(base64_encode(octets)), octets);
        EXPECT_EQ(base64_decode_unpadded(base64_encode_unpadded(octets)), octets);
    }
}

TEST(Base64, RefusesEverySecondSpelling) {
    for (const auto& text :
         {"Z"s,        "Zg"s,       "Zg="s,   "Zg==="s, "Zm8"s,      "Zm8=="s, "Zm9v="s,
          "Zm9v==="s,  "Zm9v===="s, "="s,     "=="s,    "===="s,     "A==="s,  "Z=g="s,
          "Zg==Zg=="s, "=Zg="s,     " Zg=="s, "Zg== "s, "Zg==\r\n"s, "Z g=="s, "Zm9v\n"s,
          "Zm9v\0"s,   "Zm\0v"s,    "Zh=="s,  "Zm9="s,  "Zm9vYh=="s, "Zm-_"s,  "Zm,v"s,
          "Zm9\xC3"s,  "\xFFm9v"s,  "*"s,     "Zm9*"s}) {
        EXPECT_EQ(base64_decode(text), std::nullopt) << testing::PrintToString(text);
    }
    for (const auto& text : {"Z"s, "Zm9vY"s, "Zg="s, "Zg=="s, "Zh"s, "Zm9"s, "Zm 8"s, "Zm-_"s}) {
        EXPECT_EQ(base64_decode_unpadded(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace postern::crypto
