#include "crypto/password_hash.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern::crypto {
namespace {

using namespace std::string_literals;

bool verifies(const std::string& stored, std::string_view password) {
    const auto hash = PasswordHash::parse(stored);
    if (!hash) {
        ADD_FAILURE() << stored << ": " << to_string(hash.error());
        return false;
    }
    return hash->verify(Secret(password));
}

void expect_error(const std::vector<std::string>& table, HashError expected,
                  const HashLimits& limits = {}) {
    for (const auto& stored : table) {
        const auto hash = PasswordHash::parse(stored, limits);
        const auto shown = testing::PrintToString(stored.substr(0, 200));
        ASSERT_TRUE(hash.has_error()) << shown;
        EXPECT_STREQ(to_string(hash.error()), to_string(expected)) << shown;
    }
}

TEST(PasswordHash, TakesPlainTextInItsForms) {
    for (const auto* prefix : {"", "{PLAIN}", "{plain}", "{CLEAR}", "{Clear}", "{CLEARTEXT}"}) {
        const auto stored = prefix + "p4ss w0rd"s;
        EXPECT_TRUE(verifies(stored, "p4ss w0rd")) << stored;
        EXPECT_FALSE(verifies(stored, "p4ss w0r")) << stored;
        EXPECT_FALSE(verifies(stored, "p4ss w0rd ")) << stored;
        EXPECT_FALSE(verifies(stored, "P4ss w0rd")) << stored;
        EXPECT_FALSE(verifies(stored, stored + "x")) << stored;
        EXPECT_EQ(PasswordHash::parse(stored)->memory_cost(), 0U);
    }
    EXPECT_FALSE(verifies("{PLAIN}secret", "{PLAIN}secret"));
    EXPECT_TRUE(verifies("{PLAIN}{PLAIN}x", "{PLAIN}x"));
    EXPECT_TRUE(verifies("{PLAIN}$6$looks$like$a$hash", "$6$looks$like$a$hash"));
    EXPECT_TRUE(verifies(" {x", " {x"));
    EXPECT_TRUE(verifies("pass{word}$", "pass{word}$"));
    EXPECT_TRUE(verifies("a\0b"s, "a\0b"s));
    EXPECT_FALSE(verifies("a\0b"s, "a"));
    EXPECT_TRUE(verifies("pässwörd", "pässwörd"));
    EXPECT_FALSE(verifies("p\u00E4ss", "pa\u0308ss")) << "the password's octets are left alone";
}

TEST(PasswordHash, NeverAcceptsAnEmptyPassword) {
    EXPECT_FALSE(verifies("", ""));
    EXPECT_FALSE(verifies("{PLAIN}", ""));
    EXPECT_FALSE(verifies("{CLEARTEXT}", ""));
    EXPECT_FALSE(verifies("", "x"));
    EXPECT_FALSE(verifies(hash_password(Secret(""), {64, 1, 1}), ""));
}

TEST(PasswordHash, HashesWithAFreshSalt) {
    const auto stored = hash_password(Secret("secret"), {256, 2, 3});
    EXPECT_TRUE(stored.starts_with("$argon2id$v=19$m=256,t=2,p=3$")) << stored;
    EXPECT_TRUE(verifies(stored, "secret"));
    EXPECT_TRUE(verifies("{argon2id}" + stored, "secret"));
    EXPECT_FALSE(verifies(stored, "Secret"));
    EXPECT_NE(hash_password(Secret("secret"), {256, 2, 3}), stored);
    EXPECT_EQ(PasswordHash::parse(stored)->memory_cost(), 256U * 1024);
    EXPECT_THROW(hash_password(Secret("x"), {7, 1, 1}), std::runtime_error);
    EXPECT_THROW(hash_password(Secret("x"), {64, 0, 1}), std::runtime_error);
    EXPECT_THROW(hash_password(Secret("x"), {64, 1, 0}), std::runtime_error);
}

TEST(PasswordHash, TellsAnUnknownSchemeFromAWrongPassword) {
    expect_error({"{",
                  "{}",
                  "{}x",
                  "{PLAIN",
                  "{FOO}x",
                  "{ PLAIN}x",
                  "{PLAIN }x",
                  "{ARGON2D}x",
                  "$",
                  "$$",
                  "$argon2",
                  "$argon2$",
                  "$argon2id",
                  "{PLAIN.b65}eA==",
                  "{SSHA.}x",
                  "{.hex}x",
                  "{SSHA.b64.hex}x",
                  "{CRAM-MD5}x",
                  "{NT}x",
                  "$md5$x",
                  "$apr1$x$y",
                  "$argon2x$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAA",
                  "$argon2ID$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAA",
                  "$ARGON2id$",
                  "$myPassword",
                  "{\0}x"s},
                 HashError::unknown_scheme);
}

TEST(PasswordHash, RefusesWhatIsNoPhcString) {
    const std::string salt = "c29tZXNhbHQ", hash = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    const std::string tail = "$" + salt + "$" + hash;
    expect_error(
        {
            "{ARGON2}",
            "{ARGON2ID}x",
            "{ARGON2}argon2id$",
            "{ARGON2}$6$salt$hash",
            "{ARGON2}{ARGON2}$argon2id$v=19$m=256,t=2,p=1" + tail,
            "$argon2id$",
            "$argon2id$v=19",
            "$argon2id$v=19$",
            "$argon2id$v=18$m=256,t=2,p=1" + tail,
            "$argon2id$v=$m=256,t=2,p=1" + tail,
            "$argon2id$v=019$m=256,t=2,p=1" + tail,
            "$argon2id$v=4294967315$m=256,t=2,p=1" + tail,
            "$argon2id$V=19$m=256,t=2,p=1" + tail,
            "$argon2id$v=19$v=19$m=256,t=2,p=1" + tail,
            "$argon2id$v=19$t=2,m=256,p=1" + tail,
            "$argon2id$v=19$m=256,t=2" + tail,
            "$argon2id$v=19$m=256,p=1" + tail,
            "$argon2id$v=19$m=256,t=2,p=1,p=1" + tail,
            "$argon2id$v=19$m=256,t=2,p=1," + tail,
            "$argon2id$v=19$m=,t=2,p=1" + tail,
            "$argon2id$v=19$m=+256,t=2,p=1" + tail,
            "$argon2id$v=19$m=-256,t=2,p=1" + tail,
            "$argon2id$v=19$m= 256,t=2,p=1" + tail,
            "$argon2id$v=19$m=0256,t=2,p=1" + tail,
            "$argon2id$v=19$m=0x100,t=2,p=1" + tail,
            "$argon2id$v=19$m=256.0,t=2,p=1" + tail,
            "$argon2id$v=19$m=0,t=2,p=1" + tail,
            "$argon2id$v=19$m=256,t=0,p=1" + tail,
            "$argon2id$v=19$m=256,t=2,p=0" + tail,
            "$argon2id$v=19$m=7,t=2,p=1" + tail,
            "$argon2id$v=19$m=15,t=2,p=2" + tail,
            "$argon2id$v=19$m=127,t=2,p=16" + tail,
            "$argon2id$v=19$m=256,t=2,p=1,keyid=AAAA" + tail,
            "$argon2id$v=19$m=256,t=2,p=1,data=AAAA" + tail,
            "$argon2id$v=19$m=256,t=2,p=1",
            "$argon2id$v=19$m=256,t=2,p=1$" + salt,
            "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$",
            "$argon2id$v=19$m=256,t=2,p=1$$" + hash,
            "$argon2id$v=19$m=256,t=2,p=1$" + tail,
            "$argon2id$v=19$m=256,t=2,p=1" + tail + "$",
            "$argon2id$v=19$m=256,t=2,p=1" + tail + "=",
            "$argon2id$v=19$m=256,t=2,p=1" + tail + "\n",
            "$argon2id$v=19$m=256,t=2,p=1" + tail + "\0"s,
            "$argon2id$v=19$m=256,t=2,p=1 " + tail,
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbA$" + hash,   // 7 octets of salt
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHR$" + hash,  // unused bits
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNh*HQ$" + hash,
            "$argon2id$v=19$m=256,t=2,p=1$" + std::string(87, 'A') + "$" + hash,  // 65 octets
            "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$AAAA",  // 3 octets of hash
            "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + std::string(172, 'A'),
        },
        HashError::malformed);
}

TEST(PasswordHash, TakesSaltsAndHashesUpToTheirSizes) {
    const std::string head = "$argon2id$v=19$m=8,t=1,p=1$";
    EXPECT_TRUE(PasswordHash::parse(head + "c29tZXNhbHQ$AAAAAA"));  // 8 and 4 octets
    EXPECT_TRUE(PasswordHash::parse(head + std::string(86, 'A') + "$" + std::string(171, 'A')));
}

TEST(PasswordHash, RefusesWhatCostsTooMuch) {
    const std::string tail = "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    expect_error(
        {"$argon2id$v=19$m=262145,t=2,p=1" + tail, "$argon2id$v=19$m=8388608,t=2,p=1" + tail,
         "$argon2id$v=19$m=4294967295,t=2,p=1" + tail, "$argon2id$v=19$m=4294967296,t=2,p=1" + tail,
         "$argon2id$v=19$m=99999999999999999999999999,t=2,p=1" + tail,
         "$argon2id$v=19$m=256,t=17,p=1" + tail, "$argon2id$v=19$m=256,t=4294967295,p=1" + tail,
         "$argon2id$v=19$m=256,t=2,p=17" + tail, "$argon2id$v=19$m=256,t=2,p=16777216" + tail,
         "{ARGON2}$argon2id$v=19$m=8388608,t=2,p=1" + tail},
        HashError::too_expensive);
    EXPECT_TRUE(PasswordHash::parse("$argon2id$v=19$m=262144,t=16,p=16" + tail));
    const HashLimits low{.memory_kib = 64, .passes = 1, .lanes = 1};
    EXPECT_TRUE(PasswordHash::parse("$argon2id$v=19$m=64,t=1,p=1" + tail, low));
    expect_error({"$argon2id$v=19$m=65,t=1,p=1" + tail, "$argon2id$v=19$m=64,t=2,p=1" + tail,
                  "$argon2id$v=19$m=64,t=1,p=2" + tail},
                 HashError::too_expensive, low);
}

TEST(PasswordHash, TakesForAHashOnlyWhatHasTheRightForm) {
    for (const auto* plain :
         {"md5", "md5$", "md5$ucks", "md5$a$b$c", "MD5$a$b", "pbkdf2_sha256", "pbkdf2_sha256$x",
          "xpbkdf2_sha256$1$a$b", "scrypt$a$b", "argon2$argon2id", "bcrypt$$2b$10", "_", "__init__",
          "_J9..K0AyRN6wZJXq3T", "_J9..K0AyRN6wZJXq3TQx", "_J9..K0AyRN6wZJXq3T!", "SCRAM-SHA-256$x",
          "abzp3RXJm5gNA", "5ebe2294ecd0e0f08eab7690d2a6ee69"}) {
        EXPECT_FALSE(PasswordHash::parse(plain)->needs_pool()) << plain;
        EXPECT_TRUE(verifies(plain, plain));
    }
    for (const auto* hash : {"pbkdf2_sha256$x$y$z", "scrypt$1$a$8$1$x", "argon2$argon2id$v$m$s$h",
                             "bcrypt$$2b$10$x", "SCRAM-SHA-256$1:a$b:c"}) {
        expect_error({hash}, HashError::malformed);
        EXPECT_TRUE(verifies("{PLAIN}"s + hash, hash));
    }
}

TEST(PasswordHash, RefusesWeakSchemesUnlessTheyAreAllowed) {
    const std::vector<std::string> weak{"{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==",
                                        "{SMD5}TG2FCrAVUFBk9jWIRyzH9dnWsqM=",
                                        "{sha}5en6G6MezRroT3XKqkdPOmY/BfQ=",
                                        "{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=",
                                        "$1$abc$iCQ2D3nhptRYi27fDYv2s1",
                                        "{CRYPT}$1$abc$iCQ2D3nhptRYi27fDYv2s1",
                                        "{crypt}vRupD8CZl64ds",
                                        "{CRYPT.hex}765275704438435a6c36346473"};
    expect_error(weak, HashError::weak);
    for (const auto& stored : weak)
        EXPECT_TRUE(PasswordHash::parse(stored, {.allow_weak = true})->verify(Secret("secret")));
    EXPECT_TRUE(PasswordHash::parse("{SSHA}ibrzfaXRhfTT5dY9kdGSR9rj8cWJdUTd"));
}

TEST(PasswordHash, CutsAPasswordForBcryptAsEverybodyDoes) {
    const std::string_view stored =  // htpasswd -nbB -C 4 jane $(printf 'a%.0s' $(seq 72))
        "$2y$04$w1g5pGdQdlO8u5mZrUgGBOzZYZEjwmvvuUEUfWeOrvU79xSOnc7q.";
    EXPECT_TRUE(verifies(std::string(stored), std::string(72, 'a')));
    EXPECT_TRUE(verifies(std::string(stored), std::string(73, 'a')));
    EXPECT_FALSE(verifies(std::string(stored), std::string(71, 'a')));
    EXPECT_FALSE(verifies(std::string(stored), std::string(512, 'a'))) << "crypt(3) takes 511";
}

TEST(PasswordHash, KnowsWhatItsCheckTakes) {
    const auto memory = [](std::string_view stored) {
        return PasswordHash::parse(stored)->memory_cost();
    };
    EXPECT_EQ(memory("{SSHA}ibrzfaXRhfTT5dY9kdGSR9rj8cWJdUTd"), 0U);
    EXPECT_TRUE(PasswordHash::parse("{SSHA}ibrzfaXRhfTT5dY9kdGSR9rj8cWJdUTd")->needs_pool());
    EXPECT_LT(memory("$5$abc$qsg6EHbUzHQzF1POlD7zUwBINSELQxypPaeDcZe6vH0"), 128U << 10);
    const auto yescrypt =  // N = 4096, r = 32
        memory("$y$j9T$F5Jx5fExrKuPp53xLKQ..1$h96.7ajEDJ40mK1HOm88hdx72Gq7EBmMD1lDMXZiMM5");
    EXPECT_GE(yescrypt, 16U << 20);
    EXPECT_LT(yescrypt, 17U << 20);
    const auto scrypt = memory(
        "$scrypt$ln=10,r=8,p=1$xFhrrdXae6/1Xkup1ZoTQg$7v6cqLf1oxdSWoIyys+leprIUyQk+EM1t50kZCR7oSE");
    EXPECT_GE(scrypt, 1U << 20);
    EXPECT_LT(scrypt, 2U << 20);
}

TEST(PasswordHash, IsOutdatedWhenItIsWeakerThanWanted) {
    const HashCost wanted{.memory_kib = 64, .passes = 2, .lanes = 1};
    const auto outdated = [&](std::string_view stored) {
        return PasswordHash::parse(stored)->is_outdated(wanted);
    };
    EXPECT_FALSE(outdated(hash_password(Secret("x"), wanted)));
    EXPECT_FALSE(outdated("{ARGON2ID}" + hash_password(Secret("x"), {128, 3, 2})));
    EXPECT_TRUE(outdated(hash_password(Secret("x"), {63, 2, 1})));
    EXPECT_TRUE(outdated(hash_password(Secret("x"), {128, 1, 1})));
    EXPECT_TRUE(outdated("plain"));
    EXPECT_TRUE(outdated("{SSHA}ibrzfaXRhfTT5dY9kdGSR9rj8cWJdUTd"));
    EXPECT_TRUE(
        outdated("$argon2i$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                 "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"));
}

TEST(PasswordHash, ShowsAVerifierToScram) {
    const auto hash = PasswordHash::parse(
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
    ASSERT_NE(hash->scram(), nullptr);
    EXPECT_EQ(hash->scram()->algorithm, Digest::sha256);
    EXPECT_EQ(hash->scram()->iterations, 4096U);
    EXPECT_EQ(hash->scram()->salt.size(), 16U);
    EXPECT_EQ(hash->scram()->stored_key.size(), 32U);
    EXPECT_EQ(hash->scram()->server_key.size(), 32U);
    EXPECT_EQ(PasswordHash::parse("plain")->scram(), nullptr);
}

}  // namespace
}  // namespace postern::crypto
