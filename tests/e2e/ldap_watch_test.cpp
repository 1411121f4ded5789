// The built gateway before a real OpenLDAP that tells what changes in it (RFC 4533).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "e2e/directory_settings.hpp"
#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/slapd.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string settings(const Slapd& slapd) {
    return directory_settings("corp", R"toml(
[directory.corp]
type = "ldap"
base-dn = "dc=example,dc=org"
timeout = "2s"
filter.name = "(&(objectClass=inetOrgPerson)(|(uid=?)(mail=?)))"
cache = { watch = true, ttl = { positive = "1h" } }
bind.auth.method = "lookup"
bind.dn = ")toml" + Slapd::service_dn() + "\"\nbind.secret = \"" +
                                          std::string(Slapd::service_password) + "\"\nurl = \"" +
                                          slapd.url() + "\"\n");
}

class LdapWatch : public testing::Test {
 protected:
    int auth(const std::string& login, const std::string& password) const {
        auto client = gateway.client();
        client.greet();
        return client.auth_plain(login, password).code;
    }
    // It is known without a question, so only what was heard can end it.
    void remember(const std::string& login, const std::string& password) const {
        const auto knows = [&] {
            return auth(login, password) == 235 && log_of_last().find("source=\"cache\"") != npos;
        };
        ASSERT_TRUE(eventually(knows)) << gateway.log();
    }
    std::string log_of_last() const {
        const auto log = gateway.log();
        const auto at = log.rfind("auth.accepted");
        return at == npos ? "" : log.substr(at);
    }
    void change(const std::string& attribute, const std::string& value) {
        slapd.modify("dn: uid=jane,ou=people,dc=example,dc=org\nchangetype: modify\nreplace: " +
                     attribute + "\n" + attribute + ": " + value + "\n");
    }
    static constexpr auto npos = std::string::npos;

    Slapd slapd{{.sync_provider = true}};
    Gateway gateway{settings(slapd)};
};

TEST_F(LdapWatch, AnOldPasswordEndsWithTheChange) {
    remember("jane", std::string(jane_password));
    remember("joe", std::string(joe_password));
    change("userPassword", "another one");
    EXPECT_TRUE(eventually([&] { return auth("jane", std::string(jane_password)) == 535; }, 2s));
    EXPECT_EQ(auth("jane", "another one"), 235);
    EXPECT_EQ(auth("joe", std::string(joe_password)), 235);
    const auto was_known = [&] {
        const auto last = log_of_last();
        return last.find("login=\"joe\"") != npos && last.find("source=\"cache\"") != npos;
    };
    EXPECT_TRUE(eventually(was_known)) << "of him nothing was told: " << log_of_last();
}

TEST_F(LdapWatch, WhoIsDeletedIsRefused) {
    remember("jane", std::string(jane_password));
    slapd.modify("dn: uid=jane,ou=people,dc=example,dc=org\nchangetype: delete\n");
    EXPECT_TRUE(eventually([&] { return auth("jane", std::string(jane_password)) == 535; }, 2s));
}

TEST_F(LdapWatch, WhatWasMissedIsForgotten) {
    remember("jane", std::string(jane_password));
    slapd.kill();
    EXPECT_TRUE(eventually([&] { return gateway.log().find("cache.deaf") != npos; }));
    EXPECT_THAT(gateway.log(), HasSubstr("why=\"" + slapd.url()));
    EXPECT_EQ(auth("jane", std::string(jane_password)), 235) << "it is remembered";
    slapd.start();
    change("userPassword", "another one");
    EXPECT_TRUE(eventually([&] { return auth("jane", std::string(jane_password)) == 535; }));
    remember("jane", "another one");
    change("userPassword", "a third one");
    EXPECT_TRUE(eventually([&] { return auth("jane", "another one") == 535; }, 2s))
        << "it hears again";
}

}  // namespace
}  // namespace postern::test
