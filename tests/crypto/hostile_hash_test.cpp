// Stored passwords that want to hurt: refused at once, and without taking memory for them.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <new>
#include <string>

#include "crypto/password_hash.hpp"

namespace {

// Of this thread, while it is not null.
thread_local std::size_t* allocated = nullptr;

void* counted(std::size_t size) {
    if (allocated != nullptr) *allocated += size;
    void* memory = std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace

// The whole program's, so that what the readers allocate is counted wherever they do it.
void* operator new(std::size_t size) {
    return counted(size);
}
void* operator new[](std::size_t size) {
    return counted(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

namespace postern::crypto {
namespace {

using namespace std::string_literals;
using Clock = std::chrono::steady_clock;

struct Outcome {
    std::string error;  // empty: it was taken
    std::size_t octets = 0;
    Clock::duration time{};
};

Outcome read(const std::string& stored) {
    const HashLimits limits{.allow_weak = true};
    std::size_t octets = 0;
    allocated = &octets;
    const auto begun = Clock::now();
    const auto hash = PasswordHash::parse(stored, limits);
    const auto time = Clock::now() - begun;
    allocated = nullptr;
    return {hash ? "" : to_string(hash.error()), octets, time};
}

// The best of a few: another process may have the processor.
Outcome best_of_five(const std::string& stored) {
    auto best = read(stored);
    for (int i = 0; i < 4; ++i)
        best.time = std::min(best.time, read(stored).time);
    return best;
}

const std::string argon2_end = "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
const std::string bcrypt_end = "$abcdefghijklmnopqrstuuiLgGdhdn3NdGU8h3fv/F4aDWpu.FCeW";
const std::string yescrypt_end = "$abcdefgh$wWF5DafhIQI8N6buaQgKQ5P92vJ09pI9j/WEnDIae96";
const std::string sha256_end = "$saltstring$KQiQZKoNeQUmGiieqrCTqZsoHhHjDsltLMJFhAMLjoC";
const std::string django_end = "$seasalt8$whwx0j3VxIGuJ00XJ95uwM/SeyMBBJ9lZNFVekJ5Zbg=";
const std::string scram_end =
    ":W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
const std::string scrypt_end =
    "$xFhrrdXae6/1Xkup1ZoTQg$7v6cqLf1oxdSWoIyys+leprIUyQk+EM1t50kZCR7oSE";

TEST(HostileHashes, AreTooExpensiveWhateverTheirScheme) {
    for (const auto& stored : {
             "$argon2id$v=19$m=8388608,t=1,p=1" + argon2_end,
             "$argon2id$v=19$m=64,t=2147483648,p=1" + argon2_end,
             "$argon2id$v=19$m=64,t=1,p=1000" + argon2_end,
             "$argon2id$v=19$m=99999999999999999999,t=1,p=1" + argon2_end,
             "argon2$argon2id$v=19$m=8388608,t=1,p=1" + argon2_end,
             "$2b$31" + bcrypt_end,
             "$2y$99" + bcrypt_end,
             "bcrypt_sha256$$2b$31" + bcrypt_end,
             "$5$rounds=999999999" + sha256_end,
             "$5$rounds=99999999999999999999" + sha256_end,
             "$sha1$4294967295$saltstring$sri8Qz3Ws6cK5ubqjgD5YFR.ecCP"s,
             "$y$jFT" + yescrypt_end,         // N = 2^18, r = 32: 1 GiB
             "$y$jzzzzzz7" + yescrypt_end,    // N as large as can be written
             "$y$j9zzzzzz" + yescrypt_end,    // r
             "$y$j9T.zzzzzz" + yescrypt_end,  // p
             "$y$j9T/zzzzzz" + yescrypt_end,  // t
             "$gy$jFT" + yescrypt_end,
             "$7$cU..../....saltstring$BJrgtLgdTWFIqJFea25XuijUdLjQFX8uaqHGTTz0dX4"s,
             "$7$Ezzzzz/....saltstring$BJrgtLgdTWFIqJFea25XuijUdLjQFX8uaqHGTTz0dX4"s,
             "$7$A6....zzzzzsaltstring$BJrgtLgdTWFIqJFea25XuijUdLjQFX8uaqHGTTz0dX4"s,
             "$scrypt$ln=40,r=8,p=1" + scrypt_end,
             "$scrypt$ln=63,r=8,p=1" + scrypt_end,
             "$scrypt$ln=4294967295,r=4294967295,p=4294967295" + scrypt_end,
             "$scrypt$ln=10,r=1000000,p=1" + scrypt_end,
             "$scrypt$ln=10,r=8,p=1000000" + scrypt_end,
             "$scrypt$ln=17,r=8,p=64" + scrypt_end,
             "scrypt$1099511627776$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafQ="s,
             "pbkdf2_sha256$999999999" + django_end,
             "{PBKDF2-SHA256}4294967295$dMkzU7nNerZp96d0yf/cXw"s +
                 "$burU7EY2iFYeXAVi15BoxBysnt6CdYxmxClc69.ALXE",
             "$pbkdf2-sha256$i=99999999999,l=32$dm6tFcKYs1bqfc/Ze6/V2g"s +
                 "$4ySjZWVrYzrVi6omU1sxQcUmxqNlIINpmHcQNQkJIWI",
             "{PBKDF2}$1$e4DP7aIzvS2pq.eV$4000000000$1afec0400072ee5dcceda4bcc961ac75d08467a1"s,
             "{PBKDF2_SHA256}/////" + std::string(427, 'A'),
             "SCRAM-SHA-256$2000000000" + scram_end,
             "{SCRAM-SHA-1}4294967296,QSXCR+Q6sek8bf92,6dlGYMOdZcOPutkcNY8U2g7vK9Y=,"s +
                 "D+CSWLOshSulAsxiupA+qs2/fTE=",
             "_zzzz0AyRN6wZJXq3TQ."s,
         }) {
        const auto outcome = best_of_five(stored);
        EXPECT_EQ(outcome.error, to_string(HashError::too_expensive)) << stored;
        EXPECT_LT(outcome.time, std::chrono::milliseconds(1)) << stored;
        EXPECT_LT(outcome.octets, 4096U) << stored;
    }
}

TEST(HostileHashes, OfAMegabyteAreRefusedUnread) {
    for (const auto& scheme : password_schemes()) {
        for (const char filling : {'$', '9', 'A', '=', '\0', ','}) {
            const auto stored = std::string(scheme.name) + std::string(1 << 20, filling);
            const auto outcome = best_of_five(stored);
            EXPECT_FALSE(outcome.error.empty()) << scheme.name << filling;
            EXPECT_LT(outcome.time, std::chrono::milliseconds(1)) << scheme.name << filling;
            EXPECT_EQ(outcome.octets, 0U) << scheme.name << filling;
        }
    }
    const auto unclosed = best_of_five("{" + std::string(1 << 20, 'A'));
    EXPECT_EQ(unclosed.error, to_string(HashError::unknown_scheme));
    EXPECT_EQ(unclosed.octets, 0U);
}

TEST(HostileHashes, OfNoFormAreMalformed) {
    for (const auto& stored : {
             "{SSHA}"s,
             "{SSHA}ibrzfaXRhfTT5dY9kdGSR9rj8cU="s,  // no salt
             "{SSHA}ibrzfaXRhfTT5dY9kdGSR9rj8cWJdUT"s,
             "{SSHA}ibrzfaXRhfTT5dY9kdGSR9rj8cWJdUT\0"s,
             "{SHA}not!valid!base!64"s,
             "{SHA}aGVsbG8="s,
             "{SHA}ibrzfaXRhfTT5dY9kdGSR9rj8cWJdUTd"s,
             "{SHA.hex}ibrzfaXRhfTT5dY9kdGSR9rj8cWJdUTd"s,
             "{PLAIN.b64}*"s,
             "{PLAIN.hex}0"s,
             "{CRYPT}plainpw"s,
             "{CRYPT}"s,
             "{CRYPT}$3$$8846f7eaee8fb117ad06bdd830b7586c"s,
             "{CRYPT}{SSHA}x"s,
             "{ARGON2}$2b$04" + bcrypt_end,
             "$1$"s,
             "$5$"s,
             "$5$rounds=$saltstring$KQiQZKoNeQUmGiieqrCTqZsoHhHjDsltLMJFhAMLjoC"s,
             "$5$rounds=10" + sha256_end,
             "$5$rounds=01000" + sha256_end,
             "$5$a:b$KQiQZKoNeQUmGiieqrCTqZsoHhHjDsltLMJFhAMLjoC"s,
             "$5$a\0b$KQiQZKoNeQUmGiieqrCTqZsoHhHjDsltLMJFhAMLjoC"s,
             "$5$a b$KQiQZKoNeQUmGiieqrCTqZsoHhHjDsltLMJFhAMLjoC"s,
             "$5$a!b$KQiQZKoNeQUmGiieqrCTqZsoHhHjDsltLMJFhAMLjoC"s,
             "$2y$10$short"s,
             "$2b$04$abcdefghijklmnopqrstuviLgGdhdn3NdGU8h3fv/F4aDWpu.FCeW"s,  // unused bits
             "$sha1$1000$salt~string$sri8Qz3Ws6cK5ubqjgD5YFR.ecCP"s,
             "$2b$03" + bcrypt_end,
             "$2b$4$" + bcrypt_end,
             "$2b$04$abcdefghijklmnopqrst\0uiLgGdhdn3NdGU8h3fv/F4aDWpu.FCeW"s,
             "bcrypt$$5$" + std::string(56, 'a') + "$",
             "$y$i9T" + yescrypt_end,    // another flavour
             "$y$j9T1." + yescrypt_end,  // g
             "$y$j9T5." + yescrypt_end,  // a ROM
             "$y$j9" + yescrypt_end,
             "$y$j75$abcdefghij$wWF5DafhIQI8N6buaQgKQ5P92vJ09pI9j/WEnDIae96"s,  // unused bits
             "$gy$j75$abcde$wWF5DafhIQI8N6buaQgKQ5P92vJ09pI9j/WEnDIae96"s,
             "$y$j9Tx!" + yescrypt_end,
             "$scrypt$ln=0,r=8,p=1" + scrypt_end,
             "$scrypt$ln=10,r=0,p=0" + scrypt_end,
             "$scrypt$ln=10,r=8,p=0" + scrypt_end,
             "$7$A............saltstring$BJrgtLgdTWFIqJFea25XuijUdLjQFX8uaqHGTTz0dX4"s,
             "$scrypt$r=8,ln=10,p=1" + scrypt_end,
             "scrypt$1000$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafQ="s,
             "pbkdf2_sha256$0" + django_end,
             "pbkdf2_sha256$-1" + django_end,
             "pbkdf2_sha256$1000$$whwx0j3VxIGuJ00XJ95uwM/SeyMBBJ9lZNFVekJ5Zbg="s,
             "md5$seasalt8$1c4272c7ef6314a403f1bad596fe5f5"s,
             "SCRAM-SHA-256$0" + scram_end,
             "SCRAM-SHA-256$x$y"s,
             "_...." + std::string(15, '.'),
         }) {
        const auto outcome = best_of_five(stored);
        EXPECT_EQ(outcome.error, to_string(HashError::malformed)) << testing::PrintToString(stored);
        EXPECT_LT(outcome.octets, 4096U) << stored;
    }
}

}  // namespace
}  // namespace postern::crypto
