// Hashes that other programs make now, of a password nobody has seen before.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crypto/password_hash.hpp"
#include "crypto/random.hpp"
#include "support/process.hpp"

namespace postern::test {
namespace {

// The first line that `arguments` print.
std::string made_by(std::vector<std::string> arguments) {
    const auto finished = run({.arguments = arguments});
    EXPECT_EQ(finished.status, 0) << arguments[0] << ": " << finished.errors;
    return finished.output.substr(0, finished.output.find('\n'));
}

void expect_fits(const std::string& stored, const std::string& password) {
    const auto hash = crypto::PasswordHash::parse(stored, {.allow_weak = true});
    ASSERT_TRUE(hash.has_value()) << stored << ": " << crypto::to_string(hash.error());
    EXPECT_TRUE(hash->verify(crypto::Secret(password))) << stored;
    EXPECT_FALSE(hash->verify(crypto::Secret("x" + password))) << stored;
}

TEST(HashesMadeNow, OfDovecot) {
    for (const auto* scheme :
         {"BLF-CRYPT", "SHA256-CRYPT", "SHA512-CRYPT",  "MD5-CRYPT", "DES-CRYPT",
          "CRYPT",     "ARGON2I",      "ARGON2ID",      "SSHA",      "SSHA256",
          "SSHA512",   "SHA",          "SHA256",        "SHA512",    "SMD5",
          "PLAIN-MD5", "LDAP-MD5",     "PBKDF2",        "PLAIN",     "CLEAR",
          "CLEARTEXT", "SCRAM-SHA-1",  "SCRAM-SHA-256", "SSHA.hex",  "BLF-CRYPT.b64"}) {
        const auto password = crypto::random_id();
        expect_fits(made_by({"doveadm", "pw", "-s", scheme, "-p", password}), password);
    }
}

TEST(HashesMadeNow, OfOpenLdap) {
    for (const auto* scheme : {"{SSHA}", "{SMD5}", "{SHA}", "{MD5}"}) {
        const auto password = crypto::random_id();
        expect_fits(made_by({"/usr/sbin/slappasswd", "-h", scheme, "-s", password}), password);
    }
    const auto password = crypto::random_id();
    expect_fits(made_by({"/usr/sbin/slappasswd", "-h", "{CRYPT}", "-c", "$6$rounds=1000$%.12s",
                         "-s", password}),
                password);
}

TEST(HashesMadeNow, OfOpenSsl) {
    for (const auto* kind : {"-6", "-5", "-1"}) {
        const auto password = crypto::random_id();
        expect_fits(made_by({"openssl", "passwd", kind, password}), password);
    }
}

}  // namespace
}  // namespace postern::test
