// backends/ldap against Active Directory, as far as Samba is one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/directory_host.hpp"
#include "support/samba_ad.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::SambaAd;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

const std::string service_account = "bind.dn = \"" + SambaAd::service() + "\"\nbind.secret = \"" +
                                    std::string(SambaAd::service_password) + "\"\n";

// Without our own account. The base is the root of the domain, where every search has continuation
// references beside its entry.
std::string asking(const std::string& url) {
    return "type = \"ldap\"\nurl = \"" + url + "\"\nbase-dn = \"" + SambaAd::base() +
           "\"\n"
           "filter.name = \"(&(objectCategory=person)(|(sAMAccountName=?)(userPrincipalName=?)"
           "(mail=?)))\"\n"
           "attributes.name = \"sAMAccountName\"\n"
           "attributes.email = [\"proxyAddresses\", \"mail\"]\n"
           "bind.auth.netbios-domains = [\"CORP\"]\n";
}

std::string by_lookup(const std::string& url) {
    return asking(url) + service_account + "bind.auth.method = \"lookup\"\n";
}

// `name`: as whom somebody binds.
std::string by_template(const std::string& url, const std::string& name) {
    return asking(url) + "bind.auth.method = \"template\"\nbind.auth.template = '" + name + "'\n";
}

const std::string staff = "CN={username},OU=Staff," + SambaAd::base();

std::string group(const std::string& name) {
    return "cn=" + name + ",ou=groups,dc=corp,dc=example,dc=org";
}

class LdapSamba : public testing::Test {
 protected:
    static void SetUpTestSuite() { samba = new SambaAd; }
    static void TearDownTestSuite() { delete std::exchange(samba, nullptr); }
    static inline SambaAd* samba = nullptr;
};

TEST_F(LdapSamba, KnowsSomebodyByManyNames) {
    DirectoryHost host(by_lookup(samba->url()));
    for (const char* login : {"jane", "JANE", "jane@corp.example.org", "jane@example.org",
                              "CORP\\jane", "corp\\Jane"}) {
        EXPECT_EQ(host.outcome(login, "correct horse"), "accepted jane") << login << host.log();
        EXPECT_EQ(host.outcome(login), "found jane") << login;
    }
    EXPECT_EQ(host.outcome("jbloggs", "battery staple"), "accepted jbloggs");
    EXPECT_EQ(host.outcome("joe@example.org", "battery staple"), "accepted jbloggs");
    EXPECT_EQ(host.outcome("jörg", "pässwörd€"), "accepted jörg");
    EXPECT_EQ(host.outcome("CORP\\jörg", "pässwörd€"), "accepted jörg");
    EXPECT_EQ(host.outcome("nobody", "guess"), "rejected unknown_user");
}

// jane of another domain is somebody else.
TEST_F(LdapSamba, KnowsNobodyOfAnotherDomain) {
    DirectoryHost host(by_lookup(samba->url()));
    for (const char* login : {"OTHER\\jane", "CORP\\OTHER\\jane", "\\jane", "CORP\\",
                              "CORP\\jane@corp.example.org", "CORP\\jane@example.org"})
        EXPECT_EQ(host.outcome(login, "correct horse"), "rejected unknown_user") << login;
    EXPECT_THAT(host.log(), Not(HasSubstr("directory.step"))) << "nor is anybody asked";
    EXPECT_EQ(host.outcome("CORP\\joe@example.org", "battery staple"), "rejected unknown_user");
}

TEST_F(LdapSamba, ReadsAddressesWithTheirPrefixes) {
    DirectoryHost host(by_lookup(samba->url()));
    const auto jane = host.principal("jane", "correct horse");
    EXPECT_THAT(jane.addresses, ElementsAre("jane@example.org", "jane.doe@example.org"));
    EXPECT_EQ(host.principal("jane"), jane);
}

TEST_F(LdapSamba, FindsNestedGroupsByRuleAndByWalk) {
    const auto groups_of = [](const std::string& nested, std::string_view login, bool by_rule) {
        DirectoryHost host(by_lookup(samba->url()) + "group.nested = \"" + nested + "\"\n");
        auto groups = host.principal(login).groups;
        std::ranges::sort(groups);
        EXPECT_EQ(host.log().find("1.2.840.113556.1.4.1941") != std::string::npos, by_rule)
            << nested;
        return groups;
    };
    EXPECT_THAT(groups_of("none", "jane", false), ElementsAre(group("emea")));
    for (const char* login : {"jane", "jbloggs", "jörg"}) {
        const auto walked = groups_of("walk", login, false);
        EXPECT_EQ(groups_of("rule", login, true), walked) << login;
        EXPECT_EQ(groups_of("auto", login, true), walked) << login;
    }
    EXPECT_THAT(groups_of("auto", "jane", true),
                ElementsAre(group("emea"), group("sales"), group("staff")));
}

// The first question too, which has not yet searched when it binds.
TEST_F(LdapSamba, FindsGroupsByRuleBehindATemplate) {
    DirectoryHost host(by_template(samba->url(), staff) + service_account +
                       "group.nested = \"rule\"\n");
    EXPECT_THAT(host.principal("Jane Doe", "correct horse").groups,
                UnorderedElementsAre(group("emea"), group("sales"), group("staff")));
}

TEST_F(LdapSamba, AMemberOwnsTheAddressesOfTheGroup) {
    DirectoryHost host(by_lookup(samba->url()) +
                       "group.nested = \"auto\"\ngroup.addresses = true\ngroups = \"name\"\n");
    const auto jane = host.principal("jane", "correct horse");
    EXPECT_THAT(jane.addresses,
                ElementsAre("jane@example.org", "jane.doe@example.org", "sales@example.org"));
    EXPECT_THAT(jane.groups, UnorderedElementsAre("emea", "sales", "staff"));
}

struct Refusal {
    std::string test, common_name, login, password, verdict;
};

class LdapSambaRefuses : public LdapSamba, public testing::WithParamInterface<Refusal> {};

TEST_P(LdapSambaRefuses, SayingWhyOnlyBehindTheRightPassword) {
    const auto& refusal = GetParam();
    DirectoryHost found(by_lookup(samba->url()));
    EXPECT_EQ(found.outcome(refusal.login, refusal.password),
              "rejected " + refusal.verdict + " " + refusal.login);
    EXPECT_EQ(found.outcome(refusal.login, "guess"), "rejected bad_credentials " + refusal.login);
    DirectoryHost made(by_template(samba->url(), staff));
    EXPECT_EQ(made.outcome(refusal.common_name, refusal.password), "rejected " + refusal.verdict);
    EXPECT_EQ(made.outcome(refusal.common_name, "guess"), "rejected bad_credentials");
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, LdapSambaRefuses,
    testing::Values(Refusal{"Disabled", "Paul Gone", "paul", "not any more", "disabled"},
                    Refusal{"AccountExpired", "Erin Expired", "erin", "too late", "disabled"},
                    Refusal{"PasswordExpired", "Olga Old", "olga", "too late", "expired"},
                    Refusal{"MustChange", "Mona Must Change", "mona", "initial", "expired"},
                    Refusal{"Hours", "Henry Hours", "henry", "wrong hours", "not_permitted"},
                    Refusal{"Workstation", "Walt Workstation", "walt", "wrong hours",
                            "not_permitted"}),
    [](const auto& refusal) { return refusal.param.test; });

TEST_F(LdapSamba, LocksAfterThreeWrongPasswords) {
    DirectoryHost host(by_lookup(samba->url()));
    for (int tries = 0; tries < 3; ++tries)
        EXPECT_EQ(host.outcome("lucy", "guess"), "rejected bad_credentials lucy");
    EXPECT_EQ(host.outcome("lucy", "guess"), "rejected locked lucy");
    EXPECT_EQ(host.outcome("lucy", "locked out"), "rejected locked lucy");
    EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane");
    samba->modify("dn: CN=Lucy Locked,OU=Staff," + SambaAd::base() +
                  "\nchangetype: modify\nreplace: lockoutTime\nlockoutTime: 0\n");
    EXPECT_EQ(host.outcome("lucy", "locked out"), "accepted lucy");
}

TEST_F(LdapSamba, ALookupKnowsWhoIsDisabled) {
    DirectoryHost host(by_lookup(samba->url()));
    EXPECT_EQ(host.outcome("paul"), "rejected disabled paul");
    EXPECT_EQ(host.outcome("olga"), "found olga") << "her password is her own matter";
    EXPECT_EQ(host.outcome("emea"), "rejected unknown_user");
    EXPECT_EQ(host.outcome("OTHER\\jane"), "rejected unknown_user");
}

TEST_F(LdapSamba, BindsTheNameThatATemplateMakes) {
    DirectoryHost host(by_template(samba->url(), staff));
    EXPECT_EQ(host.outcome("Jane Doe", "correct horse"), "accepted jane") << host.log();
    EXPECT_EQ(host.outcome("jörg müller", "pässwörd€"), "accepted jörg");
    EXPECT_EQ(host.outcome("Joe Bloggs", "guess"), "rejected bad_credentials");
    EXPECT_EQ(host.outcome("Jane Doe,OU=Staff", "correct horse"), "rejected bad_credentials");
    DirectoryHost by_service(by_template(samba->url(), staff) + service_account +
                             "bind.auth.search = false\n");
    EXPECT_EQ(by_service.outcome("Jane Doe", "correct horse"), "accepted jane") << by_service.log();
}

// The password is right, but who has been let in is only what we think: Samba has no Who-am-I.
TEST_F(LdapSamba, NamesThatAreNoDnStayUnconfirmed) {
    for (const std::string name : {"{username}@corp.example.org", "CORP\\{username}"}) {
        SCOPED_TRACE(name);
        DirectoryHost host(by_template(samba->url(), name) + service_account);
        EXPECT_EQ(host.outcome("jane", "correct horse"), "unavailable question");
        EXPECT_THAT(host.why("jane", "correct horse"),
                    AllOf(HasSubstr("does not say who is bound"), HasSubstr("not supported")));
        EXPECT_EQ(host.outcome("joe", "guess"), "rejected bad_credentials");
        EXPECT_EQ(host.outcome("jane@example.org", "correct horse"), "rejected unknown_user");
    }
}

TEST_F(LdapSamba, AnAmbiguousNameIsNoAnswer) {
    // "both" is the account of one and the address of another.
    for (const std::string name : {"both", "other"})
        samba->modify("dn: CN=" + name + ",OU=Staff," + SambaAd::base() +
                      "\nobjectClass: user\nsAMAccountName: " + name +
                      "\nmail: both\nunicodePwd:: IgBpAG4AaQB0AGkAYQBsACIA\n"
                      "userAccountControl: 512\n");
    DirectoryHost host(by_lookup(samba->url()));
    EXPECT_EQ(host.outcome("both", "initial"), "unavailable question");
    EXPECT_EQ(host.outcome("both"), "unavailable question");
    EXPECT_THAT(host.log(), HasSubstr("directory.ambiguous"));
    EXPECT_EQ(host.outcome("CORP\\both", "initial"), "accepted both") << "an account, nothing else";
    EXPECT_EQ(host.outcome("other", "initial"), "accepted other");
}

TEST_F(LdapSamba, AnEmptyPasswordNeverReachesTheServer) {
    for (const auto& settings : {by_lookup(samba->url()), by_template(samba->url(), staff)}) {
        DirectoryHost host(settings);
        EXPECT_EQ(host.outcome("Jane Doe", ""), "rejected bad_credentials");
        EXPECT_EQ(host.outcome("jane", ""), "rejected bad_credentials");
        EXPECT_THAT(host.log(), Not(HasSubstr("directory.step")));
    }
}

// Not as the account of the other tests: that would be locked.
TEST_F(LdapSamba, ARefusedServiceAccountIsNoAnswer) {
    DirectoryHost host(asking(samba->url()) +
                       "bind.auth.method = \"lookup\"\nbind.dn = \"nobody@corp.example.org\"\n"
                       "bind.secret = \"service secret\"\n");
    EXPECT_EQ(host.outcome("jane", "correct horse"), "unavailable directory");
    EXPECT_EQ(host.outcome("jane", "guess"), "unavailable directory");
    EXPECT_THAT(host.log(), HasSubstr("directory.service-refused"));
    EXPECT_THAT(host.log(), Not(HasSubstr("service secret")));
    DirectoryHost anonymous(asking(samba->url()) + "bind.auth.method = \"lookup\"\n");
    EXPECT_EQ(anonymous.outcome("jane", "correct horse"), "unavailable directory");
    EXPECT_EQ(anonymous.outcome("nobody", "guess"), "unavailable directory");
}

TEST_F(LdapSamba, SpeaksTlsInBothWays) {
    const auto ca = "tls.ca = \"" + samba->ca() + "\"\n";
    DirectoryHost start_tls(by_lookup(samba->url()) + ca + "tls.enable = true\n");
    EXPECT_EQ(start_tls.outcome("jane", "correct horse"), "accepted jane") << start_tls.log();
    EXPECT_EQ(start_tls.outcome("joe@example.org", "guess"), "rejected bad_credentials jbloggs");
    DirectoryHost ldaps(by_lookup(samba->ldaps_url()) + ca);
    EXPECT_EQ(ldaps.outcome("jane", "correct horse"), "accepted jane") << ldaps.log();
    DirectoryHost unknown(by_lookup(samba->ldaps_url()));
    EXPECT_EQ(unknown.outcome("jane", "correct horse"), "unavailable directory");
}

TEST_F(LdapSamba, TellsTheOperatorItsRules) {
    DirectoryHost host(by_lookup(samba->url()) +
                       "attributes.email-alias = [\"otherMailbox\", \"extensionAttribute1\"]\n");
    const auto findings = host.findings();
    EXPECT_THAT(findings, Contains(StartsWith("good " + samba->url() + ":389 answers")));
    EXPECT_THAT(findings, Contains(AllOf(StartsWith("warning"),
                                         HasSubstr("locks an account after 3 wrong passwords, for "
                                                   "30 minutes"))));
    EXPECT_THAT(findings, Contains(AllOf(StartsWith("warning"), HasSubstr("\"otherMailbox\""))));
    EXPECT_THAT(findings, Not(Contains(HasSubstr("extensionAttribute1"))));
    EXPECT_THAT(findings, Not(Contains(StartsWith("fault"))));
}

TEST(LdapSambaInTheClear, IsNoAnswerWhereTlsIsRequired) {
    const SambaAd samba({.require_tls = true});
    for (const auto& settings : {by_lookup(samba.url()), by_template(samba.url(), staff)}) {
        DirectoryHost host(settings);
        EXPECT_THAT(host.why("Jane Doe", "correct horse"),
                    HasSubstr("the server wants TLS or a signed connection"));
        EXPECT_EQ(host.outcome("Jane Doe", "correct horse"), "unavailable directory");
        EXPECT_EQ(host.outcome("Jane Doe", "guess"), "unavailable directory");
    }
    DirectoryHost clear(by_lookup(samba.url()));
    EXPECT_THAT(clear.findings(), Contains(AllOf(StartsWith("fault"), HasSubstr("TLS"))));
    const auto ca = "tls.ca = \"" + samba.ca() + "\"\n";
    DirectoryHost encrypted(by_lookup(samba.url()) + ca + "tls.enable = true\n");
    EXPECT_EQ(encrypted.outcome("jane", "correct horse"), "accepted jane") << encrypted.log();
}

}  // namespace
}  // namespace postern
