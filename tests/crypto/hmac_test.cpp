#include "crypto/hmac.hpp"

#include <gtest/gtest.h>

#include "crypto/hex.hpp"

namespace postern::crypto {
namespace {

std::string hex_of(const Hmac& hmac, std::initializer_list<std::string_view> parts) {
    const auto result = hmac(parts);
    return hex({result.data(), result.size()});
}

// RFC 4231 section 4: test cases 1, 2, 3 and 6 (a key longer than a block).
TEST(Hmac, IsHmacSha256) {
    struct Case {
        std::string key, text, expected;
    };
    for (const auto& [key, text, expected] : {
             Case{std::string(20, '\x0b'), "Hi There",
                  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
             Case{"Jefe", "what do ya want for nothing?",
                  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
             Case{std::string(20, '\xaa'), std::string(50, '\xdd'),
                  "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
             Case{std::string(131, '\xaa'),
                  "Test Using Larger Than Block-Size Key - Hash Key First",
                  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
         })
        EXPECT_EQ(hex_of(Hmac(key), {text}), expected);
}

TEST(Hmac, TakesPartsAndTheSameKeyAgain) {
    const Hmac hmac("Jefe");
    const auto whole = hex_of(hmac, {"what do ya want for nothing?"});
    EXPECT_EQ(hex_of(hmac, {"what do ya ", "", "want for nothing?"}), whole);
    EXPECT_EQ(hex_of(hmac, {"what do ya want for nothing?"}), whole);
    EXPECT_NE(hex_of(hmac, {"what do ya want"}), whole);
}

TEST(Hmac, KnowsAnEmptyKeyAndAnEmptyText) {
    EXPECT_EQ(hex_of(Hmac(""), {}),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

}  // namespace
}  // namespace postern::crypto
