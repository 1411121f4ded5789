// backends/ldap and an OpenLDAP that has rules: about passwords, about who may see and write what,
// about TLS, about how much it answers; and one with ten thousand people.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/fake_directory.hpp"
#include "support/run_task.hpp"
#include "support/slapd.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::Slapd;
using test::SlapdOptions;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

const std::string service_account = "bind.dn = \"" + Slapd::service_dn() + "\"\nbind.secret = \"" +
                                    std::string(Slapd::service_password) + "\"\n";
const std::string whole_tree = "base-dn = \"" + Slapd::base() + "\"\n";

// Without our own account and without a base.
std::string asking(const std::string& url) {
    return "type = \"ldap\"\nurl = \"" + url +
           "\"\nbind.auth.method = \"lookup\"\n"
           "filter.name = \"(&(objectClass=inetOrgPerson)(|(uid=?)(mail=?)))\"\n"
           "attributes.email-alias = \"mailAlias\"\n";
}

std::string by_lookup(const std::string& url) {
    return asking(url) + service_account + whole_tree;
}

std::string by_template(const std::string& url) {
    return "type = \"ldap\"\nurl = \"" + url + "\"\n" + whole_tree +
           "bind.auth.method = \"template\"\nfilter.name = \"(uid=?)\"\n"
           "bind.auth.template = \"uid={username},ou=people," +
           Slapd::base() + "\"\n";
}

std::string person(const std::string& uid) {
    return "uid=" + uid + ",ou=people," + Slapd::base();
}

// --- passwords ---------------------------------------------------------------------------------

class LdapPolicy : public testing::Test {
 protected:
    static void SetUpTestSuite() { slapd = new Slapd({.policy = true}); }
    static void TearDownTestSuite() { delete std::exchange(slapd, nullptr); }

    struct Method {
        std::string name, settings;
    };
    static std::vector<Method> methods() {
        return {{"lookup", by_lookup(slapd->url())}, {"template", by_template(slapd->url())}};
    }
    static inline Slapd* slapd = nullptr;
};

TEST_F(LdapPolicy, SaysWhyARightPasswordDoesNotOpen) {
    for (const auto& method : methods()) {
        SCOPED_TRACE(method.name);
        DirectoryHost host(method.settings);
        EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane") << host.log();
        EXPECT_THAT(host.outcome("erin", "too old"), StartsWith("rejected expired"));
        EXPECT_THAT(host.outcome("mona", "initial"), StartsWith("rejected expired"));
        EXPECT_THAT(host.outcome("erin", "guess"), StartsWith("rejected bad_credentials"));
        EXPECT_THAT(host.outcome("mona", "guess"), StartsWith("rejected bad_credentials"));
        EXPECT_THAT(host.outcome("nobody", "guess"), StartsWith("rejected"));
        EXPECT_THAT(host.outcome("nopass", "guess"), StartsWith("rejected"));
    }
}

// It says so whatever the password, so the client must not hear "disabled".
TEST_F(LdapPolicy, WhomAnAdministratorHasLockedIsLockedWhateverThePassword) {
    for (const auto& method : methods()) {
        SCOPED_TRACE(method.name);
        DirectoryHost host(method.settings);
        EXPECT_THAT(host.outcome("paul", "not any more"), StartsWith("rejected locked"));
        EXPECT_THAT(host.outcome("paul", "guess"), StartsWith("rejected locked"));
    }
    DirectoryHost host(by_lookup(slapd->url()));
    EXPECT_EQ(host.outcome("paul"), "rejected disabled paul") << "a lookup has to find out itself";
}

TEST_F(LdapPolicy, ThreeWrongPasswordsLock) {
    for (const auto& method : methods()) {
        SCOPED_TRACE(method.name);
        const auto uid = "victim-" + method.name;
        slapd->add("dn: " + person(uid) + "\nobjectClass: inetOrgPerson\nuid: " + uid +
                   "\ncn: Victim\nsn: Victim\n");
        // By itself: whose password is added with the entry has to change it.
        slapd->modify("dn: " + person(uid) +
                      "\nchangetype: modify\nadd: userPassword\nuserPassword: mine\n-\n"
                      "replace: pwdReset\n");
        DirectoryHost host(method.settings);
        EXPECT_EQ(host.outcome(uid, "mine"), "accepted " + uid) << host.log();
        for (int tries = 0; tries < 3; ++tries)
            EXPECT_THAT(host.outcome(uid, "guess"), StartsWith("rejected bad_credentials"));
        EXPECT_THAT(host.outcome(uid, "guess"), StartsWith("rejected locked"));
        EXPECT_THAT(host.outcome(uid, "mine"), StartsWith("rejected locked"));
        EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane") << "nobody else suffers";
        slapd->modify("dn: " + person(uid) +
                      "\nchangetype: modify\nreplace: pwdAccountLockedTime\n-\n"
                      "replace: pwdFailureTime\n");
        EXPECT_EQ(host.outcome(uid, "mine"), "accepted " + uid);
    }
}

// Whoever mistypes bind.secret would otherwise be locked out before he reads the log.
TEST_F(LdapPolicy, ARefusedServiceAccountIsNotTriedUntilItIsLocked) {
    const auto as_verifier = asking(slapd->url()) + whole_tree +
                             "bind.dn = \"cn=verifier,ou=services," + Slapd::base() + "\"\n";
    DirectoryHost mistyped(as_verifier + "bind.secret = \"verifyer secret\"\n");
    const auto answers_otherwise = [&] {
        return mistyped.outcome("jane", "correct horse") != "unavailable directory";
    };
    EXPECT_FALSE(test::eventually(answers_otherwise, 1500ms));
    EXPECT_THAT(mistyped.log(), HasSubstr("directory.service-refused"));
    DirectoryHost corrected(as_verifier + "bind.secret = \"verifier secret\"\n");
    EXPECT_EQ(corrected.outcome("jane", "correct horse"), "accepted jane") << corrected.log();
}

TEST_F(LdapPolicy, IsToldToTheOperator) {
    DirectoryHost host(by_lookup(slapd->url()));
    const auto findings = host.findings();
    EXPECT_THAT(findings, Contains(StartsWith("good " + slapd->url() + " answers")));
    EXPECT_THAT(findings,
                Contains(testing::AllOf(StartsWith("warning"),
                                        HasSubstr("locks an account after 3 wrong passwords, until "
                                                  "somebody unlocks it"))));
}

// --- what is asked -----------------------------------------------------------------------------

class LdapAnswers : public testing::Test {
 protected:
    static void SetUpTestSuite() { slapd = new Slapd; }
    static void TearDownTestSuite() { delete std::exchange(slapd, nullptr); }
    static inline Slapd* slapd = nullptr;
};

TEST_F(LdapAnswers, WhoMaySeeNoHashIsToldThatNobodyCanLogIn) {
    const auto by_hash = [&](std::string_view who, std::string_view secret) {
        const auto bind = fmt::format("bind.dn = \"cn={},ou=services,{}\"\nbind.secret = \"{}\"\n",
                                      who, Slapd::base(), secret);
        return DirectoryHost("type = \"ldap\"\nurl = \"" + slapd->url() +
                             "\"\nfilter.name = \"(uid=?)\"\n" + bind + whole_tree)
            .findings();
    };
    const auto warning = Contains(
        testing::AllOf(StartsWith("warning"), HasSubstr("shows no userPassword to us, so nobody")));
    EXPECT_THAT(by_hash("postern", Slapd::service_password), warning);
    EXPECT_THAT(by_hash("verifier", "verifier secret"), testing::Not(warning));
}

// Not "unknown user": who may see nothing knows nothing.
TEST_F(LdapAnswers, WhoMayNotSearchHasNoAnswer) {
    DirectoryHost host(asking(slapd->url()) + whole_tree);
    EXPECT_EQ(host.outcome("jane", "correct horse"), "unavailable directory") << host.log();
    EXPECT_EQ(host.outcome("nobody", "guess"), "unavailable directory");
    EXPECT_THAT(host.why("jane", "correct horse"), HasSubstr("may not search here"));
    EXPECT_THAT(host.findings(), Contains(StartsWith("fault")));
}

TEST_F(LdapAnswers, AReferralIsNoAnswer) {
    DirectoryHost searched(asking(slapd->url()) + service_account +
                           "base-dn = \"ou=elsewhere,dc=example,dc=org\"\n");
    EXPECT_EQ(searched.outcome("jane", "correct horse"), "unavailable question");
    EXPECT_THAT(searched.why("jane", "correct horse"), HasSubstr("another one"));
    EXPECT_EQ(searched.outcome("jane"), "unavailable question");
}

TEST_F(LdapAnswers, AnAliasIsFollowedWhereTold) {
    const auto below_aliases =
        asking(slapd->url()) + service_account + "base-dn = \"ou=aliases,dc=example,dc=org\"\n";
    DirectoryHost never(below_aliases);
    EXPECT_EQ(never.outcome("jane", "correct horse"), "rejected unknown_user");
    DirectoryHost always(below_aliases + "deref = \"always\"\n");
    EXPECT_EQ(always.outcome("jane", "correct horse"), "accepted jane") << always.log();
    EXPECT_EQ(always.outcome("jane", "battery staple"), "rejected bad_credentials jane");
    EXPECT_EQ(always.outcome("juno", "correct horse"), "rejected unknown_user");
    DirectoryHost everywhere(by_lookup(slapd->url()) + "deref = \"always\"\n");
    EXPECT_EQ(everywhere.outcome("jane", "correct horse"), "accepted jane")
        << "seen in two places, she is one";
}

TEST_F(LdapAnswers, OverlappingBasesDoNotMakeTwoOfOne) {
    const auto overlapping =
        "base-dn = [\"dc=example,dc=org\", \"OU=People, DC=example,DC=org\", "
        "\"uid=jane,ou=people,dc=example,dc=org\"]\n";
    DirectoryHost host(asking(slapd->url()) + service_account + overlapping);
    EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane") << host.log();
    EXPECT_EQ(host.outcome("joe", "battery staple"), "accepted joe");
    EXPECT_EQ(host.outcome("sam", "sam of one"), "unavailable question");
    const auto apart =
        "base-dn = [\"dc=one,dc=example,dc=org\", \"ou=people,dc=example,dc=org\"]\n";
    DirectoryHost separate(asking(slapd->url()) + service_account + apart);
    EXPECT_EQ(separate.outcome("sam", "sam of one"), "accepted sam");
    EXPECT_EQ(separate.outcome("jane", "correct horse"), "accepted jane");
}

TEST_F(LdapAnswers, GroupsMayBeNames) {
    DirectoryHost host(by_lookup(slapd->url()) + "groups = \"name\"\n");
    EXPECT_THAT(host.principal("jane", "correct horse").groups,
                UnorderedElementsAre("emea", "info"));
    DirectoryHost nested(by_lookup(slapd->url()) + "groups = \"name\"\ngroup.nested = \"auto\"\n");
    EXPECT_THAT(nested.principal("jane").groups,
                UnorderedElementsAre("emea", "info", "sales", "staff"));
}

TEST_F(LdapAnswers, FurtherAttributesReachThePrincipal) {
    DirectoryHost host(by_lookup(slapd->url()) +
                       "attributes.description = \"description\"\n"
                       "attributes.further = [\"employeeType\", \"mailAlias\", \"title\"]\n");
    const identity::Attributes expected{
        {"description", {"Head of sales"}},
        {"employeeType", {"staff"}},
        {"mailAlias", {"jane.doe@example.org", "sales-lead@example.org", "@jane.example"}}};
    EXPECT_EQ(host.principal("jane", "correct horse").attributes, expected);
    EXPECT_EQ(host.principal("jane").attributes, expected);
}

// A server that lacks the rule finds nobody by it, and says that all went well.
TEST_F(LdapAnswers, ARuleThatTheServerLacksIsNoAnswer) {
    for (const auto& settings :
         {by_lookup(slapd->url()), by_template(slapd->url()) + service_account}) {
        DirectoryHost host(settings + "group.nested = \"rule\"\n");
        EXPECT_EQ(host.outcome("jane", "correct horse"), "unavailable directory") << host.log();
        EXPECT_THAT(host.why("jane", "correct horse"), HasSubstr("group.nested"));
    }
}

// --- rights and limits -------------------------------------------------------------------------

TEST(LdapLimits, WhoMayWriteTheirAddressHarmOnlyThemselves) {
    Slapd slapd({.access = "access to attrs=mail\n"
                           "    by self write\n"
                           "    by dn.children=ou=services,dc=example,dc=org read\n"});
    const auto joe_writes = [&](const std::string& values) {
        test::ldap_change(
            {.url = slapd.url(), .dn = person("joe"), .password = "battery staple"},
            "dn: " + person("joe") + "\nchangetype: modify\nreplace: mail\n" + values);
    };
    DirectoryHost host(by_lookup(slapd.url()));
    joe_writes(
        "mail: joe@example.org\nmail: no address\nmail: X500:/o=Example\nmail: <>\n"
        "mail: a@b@c\nmail: joe@example.org, boss@example.org\n");
    EXPECT_THAT(host.principal("joe", "battery staple").addresses, ElementsAre("joe@example.org"));
    joe_writes("mail: jane@example.org\n");
    EXPECT_EQ(host.outcome("jane@example.org", "battery staple"), "unavailable question")
        << "nobody can be told by an address of two";
    EXPECT_EQ(host.outcome("jane@example.org", "correct horse"), "unavailable question");
    EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane");
    EXPECT_EQ(host.outcome("joe", "battery staple"), "accepted joe");
}

TEST(LdapLimits, AServerThatInsistsOnTlsIsNoAnswerInTheClear) {
    Slapd slapd({.tls = true, .require_tls = true});
    const auto tls = "tls.enable = true\ntls.ca = \"" + slapd.ca() + "\"\n";
    for (const auto& settings : {by_lookup(slapd.url()), by_template(slapd.url())}) {
        DirectoryHost clear(settings);
        EXPECT_THAT(clear.why("jane", "correct horse"), HasSubstr("use ldaps:// or StartTLS"));
        EXPECT_EQ(clear.outcome("jane", "correct horse"), "unavailable directory") << clear.log();
        DirectoryHost encrypted(settings + tls);
        EXPECT_EQ(encrypted.outcome("jane", "correct horse"), "accepted jane") << encrypted.log();
    }
}

TEST(LdapLimits, ALimitOfTheServersOwnNeverHidesTheSecondEntry) {
    Slapd slapd({.size_limit = 1});
    DirectoryHost host(by_lookup(slapd.url()));
    EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane") << host.log();
    EXPECT_EQ(host.outcome("twins@example.org", "first twin"), "unavailable question");
    EXPECT_EQ(host.outcome("twins@example.org"), "unavailable question");
    DirectoryHost nested(by_lookup(slapd.url()) + "group.nested = \"walk\"\n");
    EXPECT_EQ(nested.outcome("jane", "correct horse"), "unavailable question")
        << "half of the groups is a wrong answer";
}

TEST(LdapLimits, ACertificateThatIsNotGoodIsRefused) {
    struct Case {
        std::string name;
        test::CertificateRequest certificate;
    };
    const Case cases[] = {
        {"expired",
         {.name = "server", .names = {"localhost", "127.0.0.1"}, .starts = -48h, .ends = -1h}},
        {"not yet",
         {.name = "server", .names = {"localhost", "127.0.0.1"}, .starts = 1h, .ends = 48h}},
        {"of another host", {.name = "server", .names = {"ldap.example.com"}}},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.name);
        Slapd slapd({.tls = true, .certificate = each.certificate});
        const auto ca = "tls.ca = \"" + slapd.ca() + "\"\n";
        for (const auto& settings : {by_lookup(slapd.ldaps_url()) + ca,
                                     by_lookup(slapd.url()) + ca + "tls.enable = true\n",
                                     by_template(slapd.ldaps_url()) + ca}) {
            DirectoryHost host(settings);
            EXPECT_EQ(host.outcome("jane", "correct horse"), "unavailable directory") << host.log();
            EXPECT_THAT(host.log(), HasSubstr("directory.server-down"));
            EXPECT_THAT(host.log(), testing::Not(HasSubstr("step=\"bind\"")));
        }
        DirectoryHost named(by_lookup(slapd.ldaps_url()) + ca +
                            "tls.name = \"ldap.example.com\"\n");
        EXPECT_EQ(named.outcome("jane", "correct horse"),
                  each.name == "of another host" ? "accepted jane" : "unavailable directory");
    }
}

TEST(LdapLimits, OurOwnAccountMayBeACertificate) {
    Slapd slapd({.tls = true});
    const auto ours = slapd.client_certificate("postern");
    const auto ca = "tls.ca = \"" + slapd.ca() + "\"\n";
    const auto mine = "tls.cert = \"" + ours.cert + "\"\ntls.private-key = \"" + ours.key + "\"\n";
    const auto external = "bind.mechanism = \"external\"\n" + whole_tree;
    DirectoryHost ldaps(asking(slapd.ldaps_url()) + external + ca + mine);
    EXPECT_EQ(ldaps.outcome("jane", "correct horse"), "accepted jane") << ldaps.log();
    DirectoryHost start_tls(asking(slapd.url()) + external + ca + mine + "tls.enable = true\n");
    EXPECT_EQ(start_tls.outcome("jane", "correct horse"), "accepted jane") << start_tls.log();
    DirectoryHost without(asking(slapd.ldaps_url()) + external + ca);
    EXPECT_EQ(without.outcome("jane", "correct horse"), "unavailable directory");
    EXPECT_THAT(without.log(), HasSubstr("directory.service-refused"));
}

// --- ten thousand people -----------------------------------------------------------------------

constexpr int crowd = 10'000;

class LdapCrowd : public testing::Test {
 protected:
    Slapd slapd{{.people = crowd, .log = "none"}};
    DirectoryHost host{by_lookup(slapd.url())};
    static int somebody(int n) { return 1 + n * 7919 % crowd; }
};

TEST_F(LdapCrowd, EverybodyIsThemselves) {
    for (int n = 0; n < 200; ++n) {
        const auto number = somebody(n);
        const auto name = Slapd::crowd_name(number);
        const auto principal = host.principal(name, Slapd::crowd_password(number));
        EXPECT_EQ(principal.name, name);
        EXPECT_THAT(principal.addresses, ElementsAre(name + "@example.org"));
        if (n % 10 == 0) {
            EXPECT_EQ(host.outcome(name, Slapd::crowd_password(number % crowd + 1)),
                      "rejected bad_credentials " + name);
        }
    }
}

TEST_F(LdapCrowd, EverybodyIsThemselvesAlsoAllAtOnce) {
    constexpr int at_once = 64;
    for (int round = 0; round < 3; ++round) {
        boost::asio::io_context io(1);
        std::deque<test::Running<identity::AuthResult>> questions;
        for (int n = 0; n < at_once; ++n) {
            const auto number = somebody(round * at_once + n);
            const bool right = n % 4 != 3;
            questions.emplace_back(
                io, host.service().authenticate(test::credentials(
                        Slapd::crowd_name(number),
                        right ? Slapd::crowd_password(number) : "password of user00000")));
        }
        const auto all_done = [&] {
            return std::ranges::all_of(questions, [](const auto& each) { return each.done(); });
        };
        test::run_until(io, all_done, 30s);
        for (int n = 0; n < at_once; ++n) {
            const auto name = Slapd::crowd_name(somebody(round * at_once + n));
            EXPECT_EQ(test::in_words(questions[static_cast<std::size_t>(n)].value()),
                      (n % 4 != 3 ? "accepted " : "rejected bad_credentials ") + name);
        }
    }
}

}  // namespace
}  // namespace postern
