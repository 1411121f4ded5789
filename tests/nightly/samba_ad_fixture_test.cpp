// The net under the tests against Active Directory: what Samba really says, in the words that it
// has from there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/samba_ad.hpp"

namespace postern::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int invalid_credentials = 49, stronger_auth_required = 8;
constexpr int cannot_connect = 255;  // LDAP_SERVER_DOWN of the library, as an exit status

std::string person(const std::string& name) {
    return "CN=" + name + ",OU=Staff,DC=corp,DC=example,DC=org";
}

class SambaAdFixture : public ::testing::Test {
 protected:
    static void SetUpTestSuite() { samba = new SambaAd; }
    static void TearDownTestSuite() { delete std::exchange(samba, nullptr); }

    // A bind and the least of searches; Samba knows no Who-am-I.
    static Finished bind(LdapClient client) {
        if (client.url.empty()) client.url = samba->url();
        client.more = {"-s", "base"};
        return ldap_search(client, "", {"(objectClass=*)", "1.1"});
    }
    static Finished bind(const std::string& name, const std::string& password) {
        return bind({.url = samba->url(), .dn = name, .password = password});
    }
    static LdapClient service() {
        return {.url = samba->url(),
                .dn = SambaAd::service(),
                .password = std::string(SambaAd::service_password)};
    }
    // What the service account reads.
    static std::string read(const std::vector<std::string>& question) {
        const auto answer = ldap_search(service(), SambaAd::base(), question);
        EXPECT_EQ(answer.status, 0) << answer.errors;
        return answer.output;
    }

    static inline SambaAd* samba = nullptr;
};

TEST_F(SambaAdFixture, KnowsSomebodyByManyNames) {
    for (const auto& name :
         {person("Jane Doe"), std::string("jane@corp.example.org"), std::string("CORP\\jane")}) {
        EXPECT_EQ(bind(name, "correct horse").status, 0) << name;
    }
    // A domain controller of Microsoft's takes the second.
    for (const char* name : {"jane", "corp.example.org\\jane"})
        EXPECT_EQ(bind(name, "correct horse").status, invalid_credentials) << name;
    // An explicit principal name does not take the implicit one away.
    for (const char* name : {"joe@example.org", "CORP\\jbloggs", "jbloggs@corp.example.org"})
        EXPECT_EQ(bind(name, "battery staple").status, 0) << name;
    EXPECT_EQ(bind("jörg@corp.example.org", "pässwörd€").status, 0);
    EXPECT_EQ(bind(person("Jörg Müller"), "pässwörd€").status, 0);
}

struct Refusal {
    std::string test, name, password, data;
};

class SambaAdRefuses : public SambaAdFixture, public ::testing::WithParamInterface<Refusal> {};

TEST_P(SambaAdRefuses, WithItsReasonInTheDiagnosticMessage) {
    const auto& [test, name, password, data] = GetParam();
    const auto refused = bind(person(name), password);
    EXPECT_EQ(refused.status, invalid_credentials);
    EXPECT_THAT(refused.errors,
                HasSubstr("80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, "
                          "data " +
                          data + ", v1db1\n"));
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, SambaAdRefuses,
    ::testing::Values(Refusal{"WrongPassword", "Joe Bloggs", "guess", "52e"},
                      Refusal{"NoSuchUser", "Nobody", "guess", "52e"},
                      Refusal{"Disabled", "Paul Gone", "not any more", "533"},
                      Refusal{"DisabledAndWrong", "Paul Gone", "guess", "52e"},
                      Refusal{"AccountExpired", "Erin Expired", "too late", "701"},
                      Refusal{"PasswordExpired", "Olga Old", "too late", "532"},
                      Refusal{"MustChange", "Mona Must Change", "initial", "773"},
                      Refusal{"Hours", "Henry Hours", "wrong hours", "530"},
                      Refusal{"Workstation", "Walt Workstation", "wrong hours", "531"}),
    [](const auto& refusal) { return refusal.param.test; });

TEST_F(SambaAdFixture, LocksAfterThreeFailuresAndSaysSoWhateverThePassword) {
    for (int tries = 0; tries < 3; ++tries)
        EXPECT_THAT(bind(person("Lucy Locked"), "guess").errors, HasSubstr("data 52e"));
    EXPECT_THAT(bind(person("Lucy Locked"), "guess").errors, HasSubstr("data 775"));
    EXPECT_THAT(bind(person("Lucy Locked"), "locked out").errors, HasSubstr("data 775"));
    samba->modify("dn: " + person("Lucy Locked") +
                  "\nchangetype: modify\nreplace: lockoutTime\nlockoutTime: 0\n");
    EXPECT_EQ(bind(person("Lucy Locked"), "locked out").status, 0);
}

// Not the unauthenticated bind of RFC 4513 5.1.2.
TEST_F(SambaAdFixture, CountsAnEmptyPasswordAsAWrongOne) {
    const auto refused = bind(person("Jane Doe"), "");
    EXPECT_EQ(refused.status, invalid_credentials);
    EXPECT_THAT(refused.errors, HasSubstr("data 52e"));
    EXPECT_EQ(bind(person("Jane Doe"), "correct horse").status, 0);
}

TEST_F(SambaAdFixture, KnowsNoWhoAmI) {
    EXPECT_THAT(ldap_whoami(service()).errors,
                HasSubstr("Protocol error (2)\n\tadditional info: Extended "
                          "Operation(1.3.6.1.4.1.4203.1.11.3) not supported"));
}

TEST_F(SambaAdFixture, HasAddressesOfManyKinds) {
    const auto jane =
        read({"(proxyAddresses=smtp:jane.doe@example.org)", "mail", "proxyAddresses"});
    for (const char* line : {"mail: jane@example.org\n", "proxyAddresses: SMTP:jane@example.org\n",
                             "proxyAddresses: smtp:jane.doe@example.org\n",
                             "proxyAddresses: X500:/o=Example/ou=Staff/cn=jane\n"}) {
        EXPECT_THAT(jane, HasSubstr(line));
    }
}

TEST_F(SambaAdFixture, WalksNestedGroupsByItsMatchingRule) {
    const auto person_only = read({"(sAMAccountName=jane)", "memberOf"});
    EXPECT_THAT(person_only, HasSubstr("memberOf: CN=emea,OU=Groups,DC=corp"));
    EXPECT_THAT(person_only, Not(HasSubstr("CN=staff")));
    const auto groups =
        read({"(member:1.2.840.113556.1.4.1941:=" + person("Jane Doe") + ")", "1.1"});
    for (const char* group : {"emea", "sales", "staff"})
        EXPECT_THAT(groups, HasSubstr("dn: CN=" + std::string(group) + ",OU=Groups,"));
}

TEST_F(SambaAdFixture, PointsToItsOtherPartitionsFromTheRootOfTheDomain) {
    EXPECT_THAT(read({"(sAMAccountName=jane)", "1.1"}),
                HasSubstr("# refldap://corp.example.org/CN=Configuration,DC=corp"));
}

// What a client that asks for two entries at most has to count itself.
TEST_F(SambaAdFixture, IgnoresASizeLimit) {
    auto client = service();
    client.more = {"-z", "2"};
    const auto answer = ldap_search(client, SambaAd::base(), {"(objectClass=user)", "1.1"});
    EXPECT_EQ(answer.status, 0);
    EXPECT_THAT(answer.output, HasSubstr("dn: CN=Jane Doe,"));
    EXPECT_THAT(answer.output, HasSubstr("dn: CN=Walt Workstation,"));
}

TEST_F(SambaAdFixture, TellsAnonymousNothing) {
    const auto answer =
        ldap_search({.url = samba->url()}, SambaAd::base(), {"(sAMAccountName=jane)"});
    EXPECT_EQ(answer.status, 1);
    EXPECT_THAT(answer.errors, HasSubstr("00002020: Operation unavailable without authentication"));
}

TEST_F(SambaAdFixture, SpeaksTlsToWhomTrustsItsAuthority) {
    auto client = service();
    client.ca = samba->ca();
    client.start_tls = true;
    EXPECT_EQ(bind(client).status, 0);
    client.start_tls = false;
    client.url = samba->ldaps_url();
    EXPECT_EQ(bind(client).status, 0);
    const TemporaryDirectory elsewhere;
    client.ca = CertificateAuthority(elsewhere.path()).file();
    EXPECT_EQ(bind(client).status, cannot_connect);
}

TEST_F(SambaAdFixture, ComesBackWithItsDataAfterItsEnd) {
    samba->modify("dn: " + person("Jane Doe") +
                  "\nchangetype: modify\nreplace: title\ntitle: Boss\n");
    samba->kill();
    EXPECT_EQ(bind(service()).status, cannot_connect);
    samba->start();
    EXPECT_THAT(read({"(sAMAccountName=jane)", "title"}), HasSubstr("title: Boss\n"));
    samba->stop();
    EXPECT_EQ(bind(service()).status, cannot_connect);
    samba->start();
    EXPECT_THAT(read({"(sAMAccountName=jane)", "title"}), HasSubstr("title: Boss\n"));
}

TEST_F(SambaAdFixture, TakesConnectionsButSaysNothingWhileSuspended) {
    samba->suspend();
    Process waiting(
        {.arguments = {"ldapsearch", "-x", "-H", samba->url(), "-s", "base", "-b", ""}});
    EXPECT_EQ(waiting.wait(Process::Seconds(0.2)), std::nullopt);
    samba->resume();
    EXPECT_EQ(waiting.wait(Process::Seconds(10)), 0);
}

TEST(SambaAd, RefusesPasswordsInTheClearWhereTlsIsRequired) {
    const SambaAd samba({.require_tls = true});
    const auto refused = ldap_search({.url = samba.url(),
                                      .dn = SambaAd::service(),
                                      .password = std::string(SambaAd::service_password)},
                                     "", {"(objectClass=*)"});
    EXPECT_EQ(refused.status, stronger_auth_required);
    EXPECT_THAT(refused.errors, HasSubstr("BindSimple: Transport encryption required."));
}

}  // namespace
}  // namespace postern::test
