#include "crypto/sip_hash.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::crypto {
namespace {

// The paper's appendix A, and the first values of the authors' own table: the key is 00 01 .. 0f,
// the text 00 01 .. of each length.
TEST(SipHash, IsSipHash24) {
    const SipHash hash(0x0706050403020100, 0x0f0e0d0c0b0a0908);
    std::string text;
    for (char octet = 0; octet < 15; ++octet)
        text += octet;
    EXPECT_EQ(hash(text), 0xa129ca6149be45e5U);
    EXPECT_EQ(hash(""), 0x726fdb47dd0e0e31U);
    EXPECT_EQ(hash(text.substr(0, 1)), 0x74f839c593dc67fdU);
    EXPECT_EQ(hash(text.substr(0, 8)), 0x93f5f5799a932462U);
}

TEST(SipHash, HasAKeyOfItsOwn) {
    const SipHash one, other;
    EXPECT_EQ(one("login"), one("login"));
    EXPECT_NE(one("login"), other("login"));
}

}  // namespace
}  // namespace postern::crypto
