// backends/ldap against a real OpenLDAP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/slapd.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::Slapd;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

std::string connection(const std::string& url) {
    return "type = \"ldap\"\nurl = \"" + url + "\"\n";
}

const std::string service_account = "bind.dn = \"" + Slapd::service_dn() + "\"\nbind.secret = \"" +
                                    std::string(Slapd::service_password) + "\"\n";

const std::string people = "base-dn = \"" + Slapd::base() + "\"\n" +
                           "filter.name = \"(&(objectClass=inetOrgPerson)(|(uid=?)(mail=?)))\"\n"
                           "attributes.email-alias = \"mailAlias\"\n";

std::string by_lookup(const std::string& url) {
    return connection(url) + service_account + people + "bind.auth.method = \"lookup\"\n";
}

std::string by_template(const std::string& url) {
    return connection(url) + people +
           "bind.auth.method = \"template\"\n"
           "bind.auth.template = \"uid={username},ou=people," +
           Slapd::base() + "\"\n";
}

// Its account may read passwords.
std::string by_hash(const std::string& url) {
    return connection(url) + "bind.dn = \"cn=verifier,ou=services," + Slapd::base() +
           "\"\nbind.secret = \"verifier secret\"\n" + people + "bind.auth.method = \"default\"\n";
}

class Ldap : public testing::Test {
 protected:
    static void SetUpTestSuite() { slapd = new Slapd({.tls = true}); }
    static void TearDownTestSuite() { delete std::exchange(slapd, nullptr); }
    static inline Slapd* slapd = nullptr;
};

TEST_F(Ldap, ChecksPasswordsByEveryMethod) {
    struct Case {
        std::string name, settings;
    };
    const Case cases[] = {
        {"lookup", by_lookup(slapd->url())},
        {"template", by_template(slapd->url())},
        {"template, read by the service",
         by_template(slapd->url()) + service_account + "bind.auth.search = false\n"},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.name);
        DirectoryHost host(each.settings);
        EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane") << host.log();
        EXPECT_EQ(host.outcome("JANE", "correct horse"), "accepted jane");
        EXPECT_THAT(host.outcome("jane", "battery staple"),
                    testing::StartsWith("rejected bad_credentials"));
        EXPECT_THAT(host.outcome("nobody", "battery staple"), testing::StartsWith("rejected"));
        EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane") << "after a refusal";
    }
}

TEST_F(Ldap, ChecksHashesHere) {
    DirectoryHost host(by_hash(slapd->url()));
    EXPECT_EQ(host.outcome("joe", "battery staple"), "accepted joe") << host.log();
    EXPECT_EQ(host.outcome("joe", "correct horse"), "rejected bad_credentials joe");
    EXPECT_EQ(host.outcome("twin1", "first twin"), "accepted twin1");
    EXPECT_EQ(host.outcome("nobody", "x"), "rejected unknown_user");
    EXPECT_EQ(host.outcome("nopass", "x"), "rejected not_permitted nopass");
}

TEST_F(Ldap, ReadsThePrincipalFromTheEntryThatWasBound) {
    DirectoryHost host(by_lookup(slapd->url()));
    const auto jane = host.principal("jane@example.org", "correct horse");
    EXPECT_EQ(jane.name, "jane");
    EXPECT_THAT(jane.addresses, ElementsAre("jane@example.org", "jane.doe@example.org",
                                            "sales-lead@example.org", "@jane.example"));
    EXPECT_THAT(jane.groups, UnorderedElementsAre("cn=emea,ou=groups,dc=example,dc=org",
                                                  "cn=info,ou=groups,dc=example,dc=org"));
    EXPECT_EQ(host.principal("jane@example.org"), jane) << "without a password";
}

TEST_F(Ldap, UnderstandsNamesOutsideAscii) {
    DirectoryHost host(by_lookup(slapd->url()));
    EXPECT_EQ(host.outcome("jörg", "pässwörd€"), "accepted jörg");
    EXPECT_EQ(host.outcome("JÖRG", "pässwörd€"), "accepted jörg");
    EXPECT_EQ(host.outcome("o'neil, pat + co (*)", "escape me"), "accepted o'neil, pat + co (*)");
    DirectoryHost made(by_template(slapd->url()));
    EXPECT_EQ(made.outcome("o'neil, pat + co (*)", "escape me"), "accepted o'neil, pat + co (*)");
}

TEST_F(Ldap, TwoEntriesForOneLoginAreNoAnswer) {
    DirectoryHost host(by_lookup(slapd->url()));
    EXPECT_EQ(host.outcome("twins@example.org", "first twin"), "unavailable question");
    EXPECT_THAT(host.log(), HasSubstr("directory.ambiguous"));
    EXPECT_EQ(host.outcome("sam", "sam of one"), "unavailable question");
    EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane") << "nobody else suffers";
}

TEST_F(Ldap, TheSameNameInTwoDomainsIsTwoAccounts) {
    const std::string templates =
        connection(slapd->url()) + people +
        "bind.auth.method = \"template\"\n"
        "bind.auth.template = \"uid={local},dc={domain},dc=example,dc=org\"\n";
    DirectoryHost host(templates);
    EXPECT_THAT(host.principal("sam@one", "sam of one").addresses,
                ElementsAre("sam@one.example.org"));
    EXPECT_THAT(host.principal("sam@two", "sam of two").addresses,
                ElementsAre("sam@two.example.org"));
    EXPECT_EQ(host.outcome("sam@one", "sam of two"), "rejected bad_credentials");
    EXPECT_EQ(host.outcome("sam", "sam of one"), "rejected unknown_user") << "of no domain";
}

TEST_F(Ldap, AnEmptyPasswordNeverReachesTheServer) {
    DirectoryHost host(by_template(slapd->url()));
    EXPECT_EQ(host.outcome("jane", ""), "rejected bad_credentials");
    EXPECT_THAT(host.log(), testing::Not(HasSubstr("directory.step")));
}

TEST_F(Ldap, WalksUpTheGroups) {
    const auto nested = by_lookup(slapd->url()) + "group.nested = \"walk\"\n";
    DirectoryHost host(nested);
    EXPECT_THAT(host.principal("jane").groups,
                UnorderedElementsAre("cn=emea,ou=groups,dc=example,dc=org",
                                     "cn=info,ou=groups,dc=example,dc=org",
                                     "cn=sales,ou=groups,dc=example,dc=org",
                                     "cn=staff,ou=groups,dc=example,dc=org"));
    EXPECT_EQ(host.principal("joe").groups.size(), 4u) << "in spite of the ring";
    DirectoryHost shallow(nested + "group.depth = 1\n");
    EXPECT_EQ(shallow.principal("jane").groups.size(), 3u) << "one step above her own";
    DirectoryHost narrow(nested + "group.limit = 2\n");
    EXPECT_EQ(narrow.outcome("jane", "correct horse"), "unavailable question");
    EXPECT_THAT(narrow.log(), HasSubstr("directory.odd-entry"));
}

TEST_F(Ldap, FindsGroupsByAFilterAndTheirAddresses) {
    DirectoryHost host(by_lookup(slapd->url()) +
                       "groups = \"name\"\n"
                       "group.filter = \"(memberUid={username})\"\n"
                       "group.base-dn = \"ou=groups,dc=example,dc=org\"\n"
                       "group.addresses = true\n");
    const auto jane = host.principal("jane");
    EXPECT_THAT(jane.groups, UnorderedElementsAre("emea", "info", "unix"));
    EXPECT_THAT(jane.addresses, testing::IsSupersetOf({"info@example.org", "contact@example.org"}));
}

TEST_F(Ldap, DelegatesMaySendOnBehalf) {
    DirectoryHost host(by_lookup(slapd->url()) + "attributes.on-behalf-of = \"mailDelegateOf\"\n");
    EXPECT_THAT(host.principal("jane").on_behalf_of, ElementsAre("joe@example.org"));
}

TEST_F(Ldap, ReadsFiveHundredAddresses) {
    DirectoryHost host(by_lookup(slapd->url()));
    EXPECT_GE(host.principal("collector").addresses.size(), 500u);
}

TEST_F(Ldap, ContinuationReferencesAreNoFault) {
    DirectoryHost host(by_lookup(slapd->url()));
    EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane");
    DirectoryHost elsewhere(connection(slapd->url()) + service_account +
                            "base-dn = \"ou=elsewhere,dc=example,dc=org\"\n"
                            "filter.name = \"(uid=?)\"\nbind.auth.method = \"lookup\"\n");
    EXPECT_THAT(elsewhere.outcome("jane", "correct horse"), testing::StartsWith("unavailable"))
        << "a referral";
}

TEST_F(Ldap, SpeaksTlsInBothWays) {
    const auto ca = "tls.ca = \"" + slapd->ca() + "\"\n";
    DirectoryHost start_tls(by_lookup(slapd->url()) + ca + "tls.enable = true\n");
    EXPECT_EQ(start_tls.outcome("jane", "correct horse"), "accepted jane") << start_tls.log();
    DirectoryHost ldaps(by_lookup(slapd->ldaps_url()) + ca);
    EXPECT_EQ(ldaps.outcome("jane", "correct horse"), "accepted jane") << ldaps.log();
    DirectoryHost local(by_lookup(slapd->ldapi_url()));
    EXPECT_EQ(local.outcome("jane", "correct horse"), "accepted jane") << local.log();
}

TEST_F(Ldap, RefusesACertificateOfSomebodyElse) {
    DirectoryHost unknown(by_lookup(slapd->ldaps_url()));
    EXPECT_EQ(unknown.outcome("jane", "correct horse"), "unavailable directory");
    EXPECT_THAT(unknown.log(), HasSubstr("directory.server-down"));
    DirectoryHost misnamed(by_lookup(slapd->ldaps_url()) + "tls.ca = \"" + slapd->ca() +
                           "\"\ntls.name = \"ldap.example.com\"\n");
    EXPECT_EQ(misnamed.outcome("jane", "correct horse"), "unavailable directory");
    DirectoryHost careless(by_lookup(slapd->ldaps_url()) + "tls.allow-invalid-certs = true\n");
    EXPECT_EQ(careless.outcome("jane", "correct horse"), "accepted jane");
}

TEST_F(Ldap, AServiceAccountMayBeAnybody) {
    DirectoryHost external(connection(slapd->ldapi_url()) + people +
                           "bind.mechanism = \"external\"\nbind.auth.method = \"lookup\"\n");
    EXPECT_EQ(external.outcome("jane", "correct horse"), "accepted jane") << external.log();
    DirectoryHost refused(connection(slapd->url()) + people + "bind.dn = \"" + Slapd::service_dn() +
                          "\"\nbind.secret = \"wrong\"\nbind.auth.method = \"lookup\"\n");
    EXPECT_EQ(refused.outcome("jane", "correct horse"), "unavailable directory");
    EXPECT_THAT(refused.log(), HasSubstr("directory.service-refused"));
    EXPECT_EQ(refused.outcome("jane", "correct horse"), "unavailable directory");
    const auto log = refused.log();
    EXPECT_EQ(log.find("directory.service-refused"), log.rfind("directory.service-refused"))
        << "who asks again and again locks the account";
}

TEST_F(Ldap, TellsItsStepsButNoPassword) {
    DirectoryHost host(by_lookup(slapd->url()));
    host.outcome("jane", "correct horse");
    host.outcome("jane", "wrong horse");
    EXPECT_THAT(host.log(), HasSubstr("step=\"search\""));
    EXPECT_THAT(host.log(), HasSubstr("step=\"bind\" dn=\"uid=jane,ou=people,dc=example,dc=org\""));
    EXPECT_THAT(host.log(), testing::Not(HasSubstr("horse")));
    EXPECT_THAT(host.log(), testing::Not(HasSubstr("service secret")));
}

// Whatever is typed as a login stays one value, so nobody fits it.
TEST_F(Ldap, InjectedFiltersAndNamesFindNobody) {
    const std::vector<std::string> attempts = {
        "*",
        "jane)(uid=*",
        "*)(uid=*))(|(uid=*",
        "jane)(|(userPassword=*",
        "*)(objectClass=*",
        "jane*",
        "j?ne",
        "(uid=jane)",
        "jane)",
        "(jane",
        ")(",
        "*)(|(mail=*",
        "jane\\2a",
        "\\2a",
        "jane)(&)",
        "jane)(!(uid=x)",
        "&(uid=jane)",
        "|(uid=jane)",
        "!(uid=nobody)",
        "jane\\",
        "jane\\29",
        "=*",
        "uid=jane",
        "jane=",
        ":=jane",
        "uid:=jane",
        "jane#",
        "#6a616e65",
        "jane,ou=people,dc=example,dc=org",
        "uid=jane,ou=people,dc=example,dc=org",
        "jane,dc=one",
        "jane+cn=Jane Doe",
        "jane;x",
        "jane\"",
        "\"jane\"",
        "jane<",
        ">jane",
        "jane\\,ou=people",
        "jane,",
        ",",
        "+",
        " ",
        "  ",
        "jane/",
        "ldap:///",
        "{username}",
        "{dn}",
        "%s",
        "$1",
        "jane%00",
        "jane)(uid=joe",
    };
    EXPECT_GE(attempts.size(), 50u);
    DirectoryHost found(by_lookup(slapd->url()));
    DirectoryHost made(by_template(slapd->url()));
    for (const auto& attempt : attempts) {
        for (auto* host : {&found, &made}) {
            const auto outcome = host->outcome(attempt, "correct horse");
            EXPECT_THAT(outcome, testing::StartsWith("rejected")) << attempt;
        }
    }
}

TEST_F(Ldap, AnEntryRenamedBetweenSearchAndBindIsFoundAgain) {
    slapd->add(
        "dn: uid=wanderer,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\n"
        "uid: wanderer\ncn: Wanderer\nsn: Wanderer\nmail: wanderer@example.org\n"
        "userPassword: on the way\n");
    DirectoryHost host(by_lookup(slapd->url()));
    std::atomic<bool> over{false};
    std::thread renamer([&] {
        for (int i = 0; !over; ++i) {
            const bool there = i % 2 == 0;
            slapd->modify("dn: uid=wanderer" + std::string(there ? "" : "2") +
                          ",ou=people,dc=example,dc=org\nchangetype: modrdn\nnewrdn: uid=wanderer" +
                          (there ? "2" : "") + "\ndeleteoldrdn: 0\n");
        }
    });
    int accepted = 0;
    for (int i = 0; i < 300; ++i) {
        const auto outcome = host.outcome("wanderer", "on the way");
        EXPECT_THAT(outcome, testing::Not(HasSubstr("rejected"))) << "its password is right";
        accepted += outcome.starts_with("accepted wanderer") ? 1 : 0;
    }
    over = true;
    renamer.join();
    EXPECT_GT(accepted, 200);
}

}  // namespace
}  // namespace postern
