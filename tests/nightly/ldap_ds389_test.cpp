// backends/ldap against 389 Directory Server, and with it FreeIPA.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/directory_host.hpp"
#include "support/ds389.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::Ds389;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

const std::string service_account = "bind.dn = \"" + Ds389::service_dn() + "\"\nbind.secret = \"" +
                                    std::string(Ds389::service_password) + "\"\n";

std::string asking(const std::string& url) {
    return "type = \"ldap\"\nurl = \"" + url + "\"\nbase-dn = \"" + Ds389::base() +
           "\"\nfilter.name = \"(&(objectClass=inetOrgPerson)(|(uid=?)(mail=?)))\"\n"
           "attributes.email-alias = \"mailAlternateAddress\"\n";
}

std::string by_lookup(const std::string& url) {
    return asking(url) + service_account + "bind.auth.method = \"lookup\"\n";
}

std::string by_template(const std::string& url) {
    return asking(url) +
           "bind.auth.method = \"template\"\n"
           "bind.auth.template = \"uid={username},ou=people," +
           Ds389::base() + "\"\n";
}

std::string group(const std::string& name) {
    return "cn=" + name + ",ou=groups,dc=example,dc=org";
}

class LdapDs389 : public testing::Test {
 protected:
    static void SetUpTestSuite() { server = new Ds389; }
    static void TearDownTestSuite() { delete std::exchange(server, nullptr); }

    struct Method {
        std::string name, settings;
    };
    static std::vector<Method> methods() {
        return {{"lookup", by_lookup(server->url())},
                {"template", by_template(server->url())},
                {"template, read by the service",
                 by_template(server->url()) + service_account + "bind.auth.search = false\n"}};
    }
    static inline Ds389* server = nullptr;
};

TEST_F(LdapDs389, ChecksPasswordsByEveryMethod) {
    for (const auto& method : methods()) {
        SCOPED_TRACE(method.name);
        DirectoryHost host(method.settings);
        EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane") << host.log();
        EXPECT_THAT(host.outcome("jane", "guess"), StartsWith("rejected bad_credentials"));
        EXPECT_THAT(host.outcome("nobody", "guess"), StartsWith("rejected"));
        EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane") << "after a refusal";
    }
    DirectoryHost host(by_lookup(server->url()));
    EXPECT_EQ(host.outcome("jane@example.org", "correct horse"), "accepted jane");
    EXPECT_EQ(host.outcome("nobody", "guess"), "rejected unknown_user");
}

TEST_F(LdapDs389, ReadsThePrincipalFromTheEntryThatWasBound) {
    for (const auto& method : methods()) {
        SCOPED_TRACE(method.name);
        DirectoryHost host(method.settings);
        const auto jane = host.principal("jane", "correct horse");
        EXPECT_THAT(jane.addresses, ElementsAre("jane@example.org", "jane.doe@example.org"));
        EXPECT_THAT(jane.groups,
                    UnorderedElementsAre(group("emea"), group("sales"), group("staff")));
    }
}

TEST_F(LdapDs389, ItsOwnNestedGroupsAreThoseOfAWalk) {
    DirectoryHost own(by_lookup(server->url()));
    for (const std::string nested : {"walk", "auto"}) {
        DirectoryHost walking(by_lookup(server->url()) + "group.nested = \"" + nested +
                              "\"\nattributes.groups = []\n");
        for (const char* login : {"jane", "joe"})
            EXPECT_THAT(walking.principal(login).groups,
                        testing::UnorderedElementsAreArray(own.principal(login).groups));
    }
    DirectoryHost rule(by_lookup(server->url()) + "group.nested = \"rule\"\n");
    EXPECT_EQ(rule.outcome("jane", "correct horse"), "unavailable directory")
        << "it has no such rule";
}

TEST_F(LdapDs389, SaysWhyARightPasswordDoesNotOpen) {
    for (const auto& method : methods()) {
        SCOPED_TRACE(method.name);
        DirectoryHost host(method.settings);
        EXPECT_THAT(host.outcome("erin", "too old"), StartsWith("rejected expired"));
        EXPECT_THAT(host.outcome("mona", "initial"), StartsWith("rejected expired"));
    }
    DirectoryHost host(by_lookup(server->url()));
    EXPECT_EQ(host.outcome("erin", "guess"), "rejected bad_credentials erin");
    EXPECT_EQ(host.outcome("mona", "guess"), "rejected bad_credentials mona");
}

// It says so to everybody, so the client must not hear "disabled".
TEST_F(LdapDs389, WhoIsInactivatedIsNotPermittedWhateverThePassword) {
    for (const auto& method : methods()) {
        SCOPED_TRACE(method.name);
        DirectoryHost host(method.settings);
        EXPECT_THAT(host.outcome("paul", "not any more"), StartsWith("rejected not_permitted"));
        EXPECT_THAT(host.outcome("paul", "guess"), StartsWith("rejected not_permitted"));
    }
}

TEST_F(LdapDs389, ALookupKnowsWhoIsInactivated) {
    DirectoryHost host(by_lookup(server->url()));
    EXPECT_EQ(host.outcome("jane"), "found jane");
    EXPECT_EQ(host.outcome("paul"), "rejected disabled paul");
    EXPECT_EQ(host.outcome("nobody"), "rejected unknown_user");
}

TEST_F(LdapDs389, LocksAfterThreeWrongPasswords) {
    DirectoryHost host(by_lookup(server->url()));
    for (int tries = 0; tries < 3; ++tries)
        EXPECT_EQ(host.outcome("lucy", "guess"), "rejected bad_credentials lucy");
    EXPECT_EQ(host.outcome("lucy", "guess"), "rejected locked lucy");
    for (const auto& method : methods()) {
        DirectoryHost any(method.settings);
        EXPECT_THAT(any.outcome("lucy", "locked out"), StartsWith("rejected locked"));
    }
    EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane");
}

TEST_F(LdapDs389, AnAmbiguousNameIsNoAnswer) {
    DirectoryHost two(by_lookup(server->url()) +
                      "filter.email = \"(|(uid={local})(cn=Joe Bloggs))\"\n");
    EXPECT_EQ(two.outcome("jane@example.org", "correct horse"), "unavailable question");
    EXPECT_THAT(two.log(), HasSubstr("directory.ambiguous"));
    EXPECT_EQ(two.outcome("joe@example.org", "battery staple"), "accepted joe");
}

TEST_F(LdapDs389, AnEmptyPasswordNeverReachesTheServer) {
    for (const auto& method : methods()) {
        DirectoryHost host(method.settings);
        EXPECT_EQ(host.outcome("jane", ""), "rejected bad_credentials");
        EXPECT_THAT(host.log(), Not(HasSubstr("directory.step")));
    }
}

TEST_F(LdapDs389, ARefusedServiceAccountIsNoAnswer) {
    DirectoryHost host(asking(server->url()) +
                       "bind.auth.method = \"lookup\"\nbind.secret = \"service secret\"\n"
                       "bind.dn = \"cn=nobody,ou=services,dc=example,dc=org\"\n");
    EXPECT_EQ(host.outcome("jane", "correct horse"), "unavailable directory");
    EXPECT_EQ(host.outcome("jane", "guess"), "unavailable directory");
    EXPECT_THAT(host.log(), HasSubstr("directory.service-refused"));
}

TEST_F(LdapDs389, SpeaksTlsInBothWays) {
    const auto ca = "tls.ca = \"" + server->ca() + "\"\n";
    DirectoryHost start_tls(by_lookup(server->url()) + ca + "tls.enable = true\n");
    EXPECT_EQ(start_tls.outcome("jane", "correct horse"), "accepted jane") << start_tls.log();
    DirectoryHost ldaps(by_template(server->ldaps_url()) + ca);
    EXPECT_EQ(ldaps.outcome("jane", "correct horse"), "accepted jane") << ldaps.log();
    DirectoryHost local(by_lookup(server->ldapi_url()));
    EXPECT_EQ(local.outcome("jane", "correct horse"), "accepted jane") << local.log();
    DirectoryHost unknown(by_lookup(server->ldaps_url()));
    EXPECT_EQ(unknown.outcome("jane", "correct horse"), "unavailable directory");
}

TEST_F(LdapDs389, TellsTheOperatorItsRules) {
    DirectoryHost host(by_lookup(server->url()));
    const auto findings = host.findings();
    EXPECT_THAT(findings, Contains(StartsWith("good " + server->url() + " answers")));
    EXPECT_THAT(findings, Contains(AllOf(StartsWith("warning"), HasSubstr("\"mail\""))));
    EXPECT_THAT(findings, Not(Contains(HasSubstr("mailAlternateAddress"))));
    EXPECT_THAT(findings, Not(Contains(StartsWith("fault"))));
    EXPECT_THAT(findings, Contains(AllOf(StartsWith("warning"), HasSubstr("lockout"))))
        << "cn=config is not for our account";
    DirectoryHost root(asking(server->url()) + "bind.auth.method = \"lookup\"\nbind.dn = \"" +
                       Ds389::root_dn() + "\"\nbind.secret = \"" +
                       std::string(Ds389::root_password) + "\"\n");
    EXPECT_THAT(root.findings(), Contains(HasSubstr("locks an account after 3 wrong passwords")));
}

TEST_F(LdapDs389, ARestartBetweenTwoLoginsIsNotNoticed) {
    DirectoryHost host(by_lookup(server->url()));
    EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane");
    server->stop();
    server->start();
    EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane") << host.log();
    EXPECT_EQ(host.outcome("joe", "guess"), "rejected bad_credentials joe");
}

}  // namespace
}  // namespace postern
