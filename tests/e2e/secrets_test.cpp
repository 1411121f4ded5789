// What the search through every gateway's log would find.
#include "support/secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/log.hpp"
#include "observe/log_line.hpp"
#include "support/gateway.hpp"

namespace postern::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

const std::string secret = "o\"pen ses\\äme+";

TEST(Secrets, AreFoundInEveryForm) {
    const auto as_plain = [](const std::string& login) {
        return base64(std::string(1, '\0') + login + std::string(1, '\0') + secret);
    };
    for (const auto& told : {
             secret,
             std::string(R"(o\x22pen ses\x5C\xC3\xA4me+)"),          // our log
             std::string(R"(o\"pen ses\\\u00e4me+)"),                // our JSON
             std::string("o\\\"pen ses\\\\äme+"),                    // somebody else's
             std::string("o%22pen%20ses%5C%C3%A4me%2B"),             // a URL
             std::string("o%22pen%20ses%5c%c3%a4me%2b"),             // of lower case
             std::string("6f2270656e207365735cc3a46d652b"),          // bytea
             std::string("6F2270656E207365735CC3A46D652B"),          //
             base64(secret),                                         // LOGIN
             as_plain("j"), as_plain("ja"), as_plain("jan"),         // PLAIN
             base64("{\"password\": \"x\", \"then\": \"" + secret),  // something else
         }) {
        EXPECT_THAT(told_secret("an event why=\"" + told + "\" and more", {secret}),
                    HasSubstr(told.substr(2, 8)))
            << told;
    }
    EXPECT_THAT(told_secret("an event why=\"o\"pen ses\"", {secret}), IsEmpty());
}

// Whatever a line is made of, a secret in it is found.
TEST(Secrets, AreFoundInTheLinesOfOurLog) {
    const observe::Event event{"auth.rejected", observe::Level::info, ""};
    const auto now = std::chrono::system_clock::now();
    for (const auto& value : {secret, "login " + secret, base64("x" + secret)}) {
        EXPECT_THAT(told_secret(observe::text_line(now, event, {}, {{"why", value}}), {secret}),
                    Not(IsEmpty()));
        EXPECT_THAT(told_secret(observe::json_line(now, event, {}, {{"why", value}}), {secret}),
                    Not(IsEmpty()));
    }
}

TEST(Secrets, OrdinaryWordsAreOnlyFoundWhereTheyAreEncoded) {
    EXPECT_THAT(told_secret("the secret of bob", {"secret", "bob"}), IsEmpty());
    EXPECT_THAT(told_secret("AUTH PLAIN " + plain_response("bob", "secret"), {"secret"}),
                Not(IsEmpty()));
}

TEST(Secrets, AreThoseThatAClientHasSent) {
    const auto response = plain_response("jane", "never told before");
    EXPECT_THAT(told_secret("why=\"never told before\"", {}), Not(IsEmpty()));
    EXPECT_THAT(told_secret("why=\"" + response + "\"", {}), Not(IsEmpty()));
    // A short password is known by the whole response.
    EXPECT_THAT(told_secret(plain_response("somebody.else", "abc"), {}), Not(IsEmpty()));
}

TEST(Secrets, AreThoseOfTheSettings) {
    EXPECT_THAT(secrets_of(R"toml(
[certificate.default]
private-key = "/etc/postern/key.pem"
[cache]
key = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
previous-key = "%{env:POSTERN_CACHE_KEY}%"
[redis.shared]
url = "redis://gate:of%20Redis@127.0.0.1:6379"
password = "redis's own"
[directory.corp]
bind = { dn = "cn=postern", secret = "of \"LDAP\"", auth.method = "lookup" }
[directory.sql]
url = "postgresql://gate:gate%20secret@127.0.0.1/mail"
admin.password = "let me in"
[[directory.people.principals]]
secret = ["one of two", "{PLAIN}the other"]
)toml"),
                UnorderedElementsAre("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=", "of Redis",
                                     "redis's own", "of \"LDAP\"", "gate secret", "let me in",
                                     "one of two", "the other"));
}

}  // namespace
}  // namespace postern::test
