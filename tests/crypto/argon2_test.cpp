#include "crypto/argon2.hpp"

#include <argon2.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crypto/password_hash.hpp"

namespace postern::crypto {
namespace {

bool verifies(const std::string& stored, std::string_view password) {
    const auto argon2 = parse_argon2(stored, {});
    if (!argon2) {
        ADD_FAILURE() << stored << ": " << to_string(argon2.error());
        return false;
    }
    return compute_argon2(*argon2, password) == argon2->hash;
}

// From test.c of the reference implementation; those without "v=" are of the first version.
TEST(Argon2, KnowsTheVectorsOfTheReferenceImplementation) {
    const std::vector<std::string> vectors = {
        "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        "$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E",
        "$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ",
        "$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY",
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
    };
    for (const auto& stored : vectors) {
        EXPECT_TRUE(verifies(stored, "password")) << stored;
        EXPECT_FALSE(verifies(stored, "passwort")) << stored;
        EXPECT_FALSE(verifies(stored, "password ")) << stored;
    }
}

// The reference implementation with as many threads as lanes, which is what its command line does.
TEST(Argon2, AgreesWithTheReferenceImplementationForEveryVariant) {
    const std::string password = "correct horse battery staple", salt = "0123456789abcdef";
    for (const auto type : {Argon2_d, Argon2_i, Argon2_id}) {
        for (const auto version : {ARGON2_VERSION_10, ARGON2_VERSION_13}) {
            for (const std::uint32_t lanes : {1U, 2U, 3U, 16U}) {
                for (const std::size_t size : {4U, 32U, 64U, 128U}) {
                    std::string hash(size, '\0'), encoded(512, '\0');
                    ASSERT_EQ(argon2_hash(3, 131, lanes, password.data(), password.size(),
                                          salt.data(), salt.size(), hash.data(), hash.size(),
                                          encoded.data(), encoded.size(), type, version),
                              ARGON2_OK);
                    encoded.resize(encoded.find('\0'));
                    EXPECT_TRUE(verifies(encoded, password)) << encoded;
                    EXPECT_FALSE(verifies(encoded, "correct horse battery stapl")) << encoded;
                }
            }
        }
    }
}

TEST(Argon2, IsWrittenSoThatTheReferenceImplementationVerifiesIt) {
    for (const std::uint32_t lanes : {1U, 3U}) {
        const auto stored = hash_password(Secret("secret"), {256, 2, lanes});
        EXPECT_EQ(argon2id_verify(stored.c_str(), "secret", 6), ARGON2_OK) << stored;
        EXPECT_EQ(argon2id_verify(stored.c_str(), "Secret", 6), ARGON2_VERIFY_MISMATCH) << stored;
    }
}

TEST(Argon2, IsWrittenAsItWasRead) {
    const std::string stored =
        "$argon2d$v=16$m=64,t=1,p=2$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    EXPECT_EQ(format_argon2(*parse_argon2(stored, {})), stored);
}

TEST(Argon2, LeavesPasswordAndSaltAlone) {
    const std::string password = "secret";
    const Argon2 argon2{.memory_kib = 64,
                        .passes = 1,
                        .lanes = 1,
                        .salt = "somesalt",
                        .hash = std::string(32, '\0')};
    const auto hash = compute_argon2(argon2, password);
    EXPECT_EQ(password, "secret");
    EXPECT_EQ(argon2.salt, "somesalt");
    EXPECT_EQ(compute_argon2(argon2, password), hash);
}

}  // namespace
}  // namespace postern::crypto
