#include "crypto/hex.hpp"

#include <gtest/gtest.h>

namespace postern::crypto {

TEST(Hex, IsTwoLowerCaseDigitsForEachOctet) {
    EXPECT_EQ(hex(""), "");
    EXPECT_EQ(hex(std::string_view("\x00\x0F\xA0\xFF", 4)), "000fa0ff");
}

}  // namespace postern::crypto
