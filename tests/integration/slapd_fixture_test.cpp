// The net under the tests of the LDAP backend: what they expect of a server does happen when
// somebody else asks for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/slapd.hpp"

namespace postern::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int invalid_credentials = 49, confidentiality_required = 13, referral = 10,
              size_limit_exceeded = 4, insufficient_access = 50;
constexpr int cannot_connect = 255;  // LDAP_SERVER_DOWN of the library, as an exit status

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t result = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
        ++result;
    return result;
}

std::string person(const std::string& uid) {
    return "uid=" + uid + ",ou=people,dc=example,dc=org";
}

class SlapdFixture : public ::testing::Test {
 protected:
    static void SetUpTestSuite() { slapd = new Slapd({.tls = true, .policy = true}); }
    static void TearDownTestSuite() { delete std::exchange(slapd, nullptr); }

    static Finished bind(const std::string& dn, const std::string& password,
                         std::vector<std::string> more = {}) {
        return ldap_whoami(
            {.url = slapd->url(), .dn = dn, .password = password, .more = std::move(more)});
    }
    // What the service account reads.
    static std::string read(const std::vector<std::string>& question,
                            const std::string& base = Slapd::base()) {
        const auto answer = ldap_search({.url = slapd->url(),
                                         .dn = Slapd::service_dn(),
                                         .password = std::string(Slapd::service_password)},
                                        base, question);
        EXPECT_EQ(answer.status, 0) << answer.errors;
        return answer.output;
    }

    static inline Slapd* slapd = nullptr;
};

struct Login {
    std::string name, dn, password;
};

class SlapdLogins : public SlapdFixture, public ::testing::WithParamInterface<Login> {};

TEST_P(SlapdLogins, WithTheRightPasswordOnly) {
    EXPECT_EQ(bind(GetParam().dn, GetParam().password).status, 0);
    EXPECT_EQ(bind(GetParam().dn, GetParam().password + "!").status, invalid_credentials);
}

INSTANTIATE_TEST_SUITE_P(
    People, SlapdLogins,
    ::testing::Values(Login{"Salted", person("jane"), "correct horse"},
                      Login{"Argon2", person("joe"), "battery staple"},
                      Login{"Escaped", person("o'neil\\, pat \\+ co (*)"), "escape me"},
                      Login{"NonAscii", "uid=jörg,ou=Bücher,dc=example,dc=org", "pässwörd€"},
                      Login{"SamOfOne", "uid=sam,dc=one,dc=example,dc=org", "sam of one"},
                      Login{"SamOfTwo", "uid=sam,dc=two,dc=example,dc=org", "sam of two"},
                      Login{"Service", Slapd::service_dn(), std::string(Slapd::service_password)}),
    [](const auto& login) { return login.param.name; });

TEST_F(SlapdFixture, TellsWhoSomebodyIs) {
    EXPECT_EQ(bind(person("jane"), "correct horse").output, "dn:" + person("jane") + "\n");
    const auto agent = ldap_whoami({.url = slapd->ldapi_url(), .external = true});
    EXPECT_EQ(agent.output, "dn:" + Slapd::service_dn() + "\n") << agent.errors;
}

TEST_F(SlapdFixture, KeepsPasswordsFromTheServiceAccount) {
    EXPECT_THAT(read({"(uid=jane)"}), Not(HasSubstr("userPassword")));
    const auto verifier = ldap_search({.url = slapd->url(),
                                       .dn = "cn=verifier,ou=services,dc=example,dc=org",
                                       .password = "verifier secret"},
                                      Slapd::base(), {"(uid=jane)", "userPassword"});
    EXPECT_THAT(verifier.output, HasSubstr("userPassword:: "));
    EXPECT_EQ(ldap_search({.url = slapd->url()}, Slapd::base(), {"(uid=jane)"}).status,
              insufficient_access);
}

TEST_F(SlapdFixture, HasAddressesAndAliases) {
    EXPECT_THAT(read({"(mailAlias=jane.doe@example.org)", "mail"}),
                HasSubstr("mail: jane@example.org\n"));
    EXPECT_EQ(count(read({"(uid=collector)", "mail", "mailAlias"}), "@example.org\n"), 500u);
    EXPECT_EQ(count(read({"(mail=twins@example.org)", "uid"}), "dn: "), 2u);
    EXPECT_EQ(count(read({"(uid=sam)", "uid"}), "dn: "), 2u);
}

TEST_F(SlapdFixture, KnowsGroupsBothWays) {
    EXPECT_THAT(read({"(uid=jane)", "memberOf"}),
                HasSubstr("memberOf: cn=emea,ou=groups,dc=example,dc=org\n"));
    EXPECT_THAT(read({"(cn=emea)", "memberOf"}),
                HasSubstr("memberOf: cn=sales,ou=groups,dc=example,dc=org\n"));
    EXPECT_THAT(read({"(cn=sales)", "memberOf"}),
                HasSubstr("memberOf: cn=staff,ou=groups,dc=example,dc=org\n"));
    EXPECT_THAT(read({"(member=" + person("jane") + ")", "mail"}),
                HasSubstr("mail: info@example.org\n"));
    EXPECT_THAT(read({"(memberUid=jane)", "cn"}), HasSubstr("cn: unix\n"));
}

TEST_F(SlapdFixture, PointsElsewhere) {
    EXPECT_THAT(read({"(uid=jane)", "uid"}), HasSubstr("# refldap://elsewhere.invalid/"));
    EXPECT_THAT(read({"(uid=jane)", "uid"}, "ou=people,dc=example,dc=org"),
                Not(HasSubstr("elsewhere")));
    const auto there = ldap_search({.url = slapd->url(),
                                    .dn = Slapd::service_dn(),
                                    .password = std::string(Slapd::service_password)},
                                   "ou=elsewhere,dc=example,dc=org", {"(uid=jane)"});
    EXPECT_EQ(there.status, referral);
    const auto alias = ldap_search({.url = slapd->url(),
                                    .dn = Slapd::service_dn(),
                                    .password = std::string(Slapd::service_password),
                                    .more = {"-a", "always"}},
                                   "ou=aliases,dc=example,dc=org", {"(uid=jane)", "mail"});
    EXPECT_THAT(alias.output, HasSubstr("mail: jane@example.org\n"));
}

TEST_F(SlapdFixture, SpeaksTlsToWhomTrustsItsAuthority) {
    LdapClient jane{.url = slapd->url(),
                    .dn = person("jane"),
                    .password = "correct horse",
                    .ca = slapd->ca(),
                    .start_tls = true};
    EXPECT_EQ(ldap_whoami(jane).status, 0);
    jane.start_tls = false;
    jane.url = slapd->ldaps_url();
    EXPECT_EQ(ldap_whoami(jane).status, 0);

    const TemporaryDirectory elsewhere;
    jane.ca = CertificateAuthority(elsewhere.path()).file();
    EXPECT_EQ(ldap_whoami(jane).status, cannot_connect);
    jane.url = slapd->url();
    jane.start_tls = true;
    EXPECT_NE(ldap_whoami(jane).status, 0);
}

TEST_F(SlapdFixture, KnowsTheServiceByItsCertificate) {
    const auto files = slapd->client_certificate("postern");
    const auto agent = ldap_whoami(
        {.url = slapd->ldaps_url(), .ca = slapd->ca(), .certificate = files, .external = true});
    EXPECT_EQ(agent.output, "dn:" + Slapd::service_dn() + "\n") << agent.errors;
}

// The words are ldapwhoami's for the response control.
TEST_F(SlapdFixture, SaysWhyItsPolicyRefuses) {
    const std::vector<std::string> ask{"-e", "ppolicy"};
    const auto locked = bind(person("paul"), "not any more", ask);
    EXPECT_EQ(locked.status, invalid_credentials);
    EXPECT_THAT(locked.errors + locked.output, HasSubstr("Account locked"));
    const auto expired = bind(person("erin"), "too old", ask);
    EXPECT_EQ(expired.status, invalid_credentials);
    EXPECT_THAT(expired.errors + expired.output, HasSubstr("Password expired"));
    const auto to_be_changed = bind(person("mona"), "initial", ask);
    EXPECT_EQ(to_be_changed.status, 0);
    EXPECT_THAT(to_be_changed.errors + to_be_changed.output, HasSubstr("Password must be changed"));
}

TEST_F(SlapdFixture, LocksWhoFailsThreeTimesUntilRootForgives) {
    for (int tries = 0; tries < 3; ++tries)
        EXPECT_EQ(bind(person("twin1"), "guess").status, invalid_credentials);
    const auto locked = bind(person("twin1"), "first twin", {"-e", "ppolicy"});
    EXPECT_EQ(locked.status, invalid_credentials);
    EXPECT_THAT(locked.errors + locked.output, HasSubstr("Account locked"));
    slapd->modify("dn: " + person("twin1") +
                  "\nchangetype: modify\ndelete: pwdAccountLockedTime\n");
    EXPECT_EQ(bind(person("twin1"), "first twin").status, 0);
}

TEST_F(SlapdFixture, ChangesWhileItRuns) {
    slapd->add("dn: " + person("nora") +
               "\nobjectClass: inetOrgPerson\nuid: nora\ncn: Nora\nsn: N\nuserPassword: new\n");
    EXPECT_EQ(bind(person("nora"), "new").status, 0);
    slapd->modify("dn: " + person("nora") +
                  "\nchangetype: modrdn\nnewrdn: uid=eleanor\ndeleteoldrdn: 1\n");
    EXPECT_EQ(bind(person("nora"), "new").status, invalid_credentials);
    EXPECT_EQ(bind(person("eleanor"), "new").status, 0);
    EXPECT_THROW(slapd->add("dn: " + person("nobody") + "\nobjectClass: inetOrgPerson\n"),
                 std::runtime_error);
}

TEST_F(SlapdFixture, ComesBackWithItsDataAfterItsEnd) {
    slapd->modify("dn: " + person("jane") + "\nchangetype: modify\nreplace: title\ntitle: Boss\n");
    slapd->kill();
    EXPECT_EQ(bind(person("jane"), "correct horse").status, cannot_connect);
    slapd->start();
    EXPECT_THAT(read({"(uid=jane)", "title"}), HasSubstr("title: Boss\n"));
    slapd->stop();
    EXPECT_EQ(bind(person("jane"), "correct horse").status, cannot_connect);
    slapd->start();
    EXPECT_THAT(read({"(uid=jane)", "title"}), HasSubstr("title: Boss\n"));
}

TEST_F(SlapdFixture, TakesConnectionsButSaysNothingWhileSuspended) {
    slapd->suspend();
    Process waiting({.arguments = {"ldapwhoami", "-x", "-H", slapd->url(), "-D", person("jane"),
                                   "-w", "correct horse"}});
    EXPECT_EQ(waiting.wait(Process::Seconds(0.2)), std::nullopt);
    slapd->resume();
    EXPECT_EQ(waiting.wait(Process::Seconds(10)), 0);
}

TEST_F(SlapdFixture, LogsWhatItIsAsked) {
    bind(person("jane"), "correct horse");
    EXPECT_TRUE(slapd->logs("BIND dn=\"" + person("jane") + "\""));
}

TEST(Slapd, RefusesPasswordsInTheClearWhereTlsIsRequired) {
    const Slapd slapd({.tls = true, .require_tls = true});
    LdapClient jane{.url = slapd.url(), .dn = person("jane"), .password = "correct horse"};
    EXPECT_EQ(ldap_whoami(jane).status, confidentiality_required);
    jane.ca = slapd.ca();
    jane.start_tls = true;
    EXPECT_EQ(ldap_whoami(jane).status, 0);
}

TEST(Slapd, HasACrowd) {
    const Slapd slapd({.size_limit = 2, .people = 10'000});
    EXPECT_EQ(ldap_whoami({.url = slapd.url(),
                           .dn = "uid=user10000,ou=crowd,dc=example,dc=org",
                           .password = Slapd::crowd_password(10'000)})
                  .status,
              0);
    const auto all = ldap_search({.url = slapd.url(),
                                  .dn = Slapd::service_dn(),
                                  .password = std::string(Slapd::service_password)},
                                 Slapd::base(), {"(uid=user*)", "1.1"});
    EXPECT_EQ(all.status, size_limit_exceeded);
    EXPECT_EQ(count(all.output, "dn: "), 2u);
}

TEST(Slapd, WithoutAPolicyMindsNoLock) {
    const Slapd slapd({.member_of = false});
    EXPECT_EQ(
        ldap_whoami({.url = slapd.url(), .dn = person("paul"), .password = "not any more"}).status,
        0);
    EXPECT_THAT(ldap_search({.url = slapd.url(), .dn = person("jane"), .password = "correct horse"},
                            person("jane"), {"(uid=jane)", "memberOf"})
                    .output,
                Not(HasSubstr("memberOf")));
}

TEST(Slapd, FillsDynamicListsAndLetsItselfBeConfigured) {
    Slapd slapd({.dynamic_lists = true,
                 .sync_provider = true,
                 .access = "access to attrs=entry,objectClass,cn,member by * read\n"});
    slapd.add(
        "dn: cn=externals,ou=groups,dc=example,dc=org\nobjectClass: groupOfURLs\n"
        "cn: externals\nmemberURL: ldap:///dc=example,dc=org??sub?(employeeType=external)\n");
    const auto list = ldap_search({.url = slapd.url(),
                                   .dn = Slapd::service_dn(),
                                   .password = std::string(Slapd::service_password)},
                                  Slapd::base(), {"(cn=externals)", "member"});
    EXPECT_THAT(list.output, HasSubstr("member: " + person("joe") + "\n"));
    EXPECT_EQ(ldap_search({.url = slapd.url()}, Slapd::base(), {"(cn=staff)", "member"}).status, 0);
}

}  // namespace
}  // namespace postern::test
