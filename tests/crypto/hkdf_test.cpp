#include "crypto/hkdf.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "crypto/hex.hpp"
#include "support/octets.hpp"

namespace postern::crypto {
namespace {

using test::octets;

// RFC 5869 appendix A.1, A.2 and A.3.
TEST(Hkdf, IsHkdfSha256) {
    struct Case {
        std::string key, salt, info;
        std::size_t size;
        std::string expected;
    };
    std::string rising;
    for (int octet = 0; octet < 256; ++octet)
        rising += static_cast<char>(octet);
    for (const auto& [key, salt, info, size, expected] : {
             Case{std::string(22, '\x0b'), rising.substr(0, 13), octets("f0f1f2f3f4f5f6f7f8f9"), 42,
                  "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b88718"
                  "5865"},
             Case{rising.substr(0, 80), rising.substr(0x60, 80), rising.substr(0xb0, 80), 82,
                  "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac78272"
                  "71cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f"
                  "1d87"},
             Case{std::string(22, '\x0b'), "", "", 42,
                  "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a"
                  "96c8"},
         })
        EXPECT_EQ(hex(Hkdf(key, salt).expand({info}, size).reveal()), expected);
}

TEST(Hkdf, GivesEachPurposeAnotherKey) {
    const Hkdf hkdf("key");
    EXPECT_NE(hkdf.expand({"a"}, 32).reveal(), hkdf.expand({"b"}, 32).reveal());
    EXPECT_EQ(hkdf.expand({"a", "b"}, 32).reveal(), hkdf.expand({"ab"}, 32).reveal());
    EXPECT_EQ(hkdf.expand({"a"}, 0).reveal(), "");
}

TEST(Hkdf, GivesAtMost255Blocks) {
    const Hkdf hkdf("key");
    EXPECT_EQ(hkdf.expand({"a"}, 255UL * 32).reveal().size(), 255U * 32);
    EXPECT_THROW(hkdf.expand({"a"}, 255 * 32 + 1), std::invalid_argument);
}

}  // namespace
}  // namespace postern::crypto
