// The net under the tests against 389-DS (and with it FreeIPA): what it really says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ds389.hpp"

namespace postern::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int constraint_violation = 19, invalid_credentials = 49, unwilling_to_perform = 53,
              size_limit_exceeded = 4;
constexpr int cannot_connect = 255;  // LDAP_SERVER_DOWN of the library, as an exit status

std::string person(const std::string& uid) {
    return "uid=" + uid + ",ou=people,dc=example,dc=org";
}

class Ds389Fixture : public ::testing::Test {
 protected:
    static void SetUpTestSuite() { server = new Ds389; }
    static void TearDownTestSuite() { delete std::exchange(server, nullptr); }

    // Asks for the response control of password policies, which ldapwhoami tells in words.
    static Finished bind(const std::string& uid, const std::string& password) {
        return ldap_whoami({.url = server->url(),
                            .dn = person(uid),
                            .password = password,
                            .more = {"-e", "ppolicy"}});
    }
    static LdapClient service() {
        return {.url = server->url(),
                .dn = Ds389::service_dn(),
                .password = std::string(Ds389::service_password)};
    }
    // What the service account reads.
    static std::string read(const std::vector<std::string>& question) {
        const auto answer = ldap_search(service(), Ds389::base(), question);
        EXPECT_EQ(answer.status, 0) << answer.errors;
        return answer.output;
    }

    static inline Ds389* server = nullptr;
};

// Not the "dn:uid=..." of OpenLDAP.
TEST_F(Ds389Fixture, TellsWhoSomebodyIsBehindABlank) {
    EXPECT_EQ(bind("jane", "correct horse").output, "dn: " + person("jane") + "\n");
}

struct Refusal {
    std::string test, uid, password;
    int status;
    std::string words;
};

class Ds389Refuses : public Ds389Fixture, public ::testing::WithParamInterface<Refusal> {};

TEST_P(Ds389Refuses, InItsOwnWords) {
    const auto refused = bind(GetParam().uid, GetParam().password);
    EXPECT_EQ(refused.status, GetParam().status);
    EXPECT_THAT(refused.errors, HasSubstr("ldap_bind: " + GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, Ds389Refuses,
    ::testing::Values(
        Refusal{"WrongPassword", "joe", "guess", invalid_credentials, "Invalid credentials (49)\n"},
        Refusal{"NoSuchUser", "nobody", "guess", invalid_credentials, "Invalid credentials (49)\n"},
        Refusal{"EmptyPassword", "jane", "", unwilling_to_perform,
                "Server is unwilling to perform (53)\n\tadditional info: Unauthenticated binds are "
                "not allowed\n"},
        Refusal{"Inactivated", "paul", "not any more", unwilling_to_perform,
                "Server is unwilling to perform (53); Account locked\n\tadditional info: Account "
                "inactivated. Contact system administrator.\n"},
        // It says so to everybody.
        Refusal{"InactivatedAndWrong", "paul", "guess", unwilling_to_perform,
                "Server is unwilling to perform (53); Account locked\n"},
        Refusal{"Expired", "erin", "too old", invalid_credentials,
                "Invalid credentials (49); Password expired\n\tadditional info: password "
                "expired!\n"}),
    [](const auto& refusal) { return refusal.param.test; });

// The bind succeeds, whatever comes next does not.
TEST_F(Ds389Fixture, LetsWhoMustChangeThePasswordDoNothingElse) {
    const auto bound = bind("mona", "initial");
    EXPECT_THAT(bound.errors, HasSubstr("ldap_bind: Success (0); Password must be changed"));
    EXPECT_THAT(bound.errors, HasSubstr("ldap_parse_result: Server is unwilling to perform (53)"));
    // PasswordExpired of the Netscape drafts, which nobody has asked for.
    EXPECT_THAT(bound.output, HasSubstr("control: 2.16.840.1.113730.3.4.4 false MA==\n"));
}

TEST_F(Ds389Fixture, LocksAfterThreeFailuresWithACodeOfItsOwn) {
    for (int tries = 0; tries < 3; ++tries)
        EXPECT_EQ(bind("lucy", "guess").status, invalid_credentials);
    for (const char* password : {"guess", "locked out"}) {
        const auto locked = bind("lucy", password);
        EXPECT_EQ(locked.status, constraint_violation);
        EXPECT_THAT(locked.errors,
                    HasSubstr("Constraint violation (19); Account locked\n\tadditional info: "
                              "Exceed password retry limit. Please try later.\n"));
    }
}

// Unlike memberOf of OpenLDAP.
TEST_F(Ds389Fixture, KnowsNestedGroupsWithoutWalking) {
    const auto jane = read({"(mailAlternateAddress=jane.doe@example.org)", "memberOf"});
    for (const char* group : {"emea", "sales", "staff"})
        EXPECT_THAT(jane, HasSubstr("memberOf: cn=" + std::string(group) + ",ou=groups,"));
}

TEST_F(Ds389Fixture, KeepsPasswordsFromTheServiceAccountAndEverythingFromAnonymous) {
    EXPECT_THAT(read({"(uid=jane)"}), Not(HasSubstr("userPassword")));
    const auto anonymous = ldap_search({.url = server->url()}, Ds389::base(), {"(uid=jane)"});
    EXPECT_EQ(anonymous.status, 0);
    EXPECT_EQ(anonymous.output, "");
}

TEST_F(Ds389Fixture, ObeysASizeLimit) {
    auto client = service();
    client.more = {"-z", "2"};
    EXPECT_EQ(ldap_search(client, Ds389::base(), {"(uid=*)", "1.1"}).status, size_limit_exceeded);
}

TEST_F(Ds389Fixture, SpeaksTlsToWhomTrustsItsAuthority) {
    auto client = service();
    client.ca = server->ca();
    client.start_tls = true;
    EXPECT_EQ(ldap_whoami(client).status, 0);
    client.start_tls = false;
    client.url = server->ldaps_url();
    EXPECT_EQ(ldap_whoami(client).status, 0);
    const TemporaryDirectory elsewhere;
    client.ca = CertificateAuthority(elsewhere.path()).file();
    EXPECT_EQ(ldap_whoami(client).status, cannot_connect);
}

TEST_F(Ds389Fixture, ComesBackWithItsDataAfterItsEnd) {
    server->modify("dn: " + person("jane") + "\nchangetype: modify\nreplace: title\ntitle: Boss\n");
    server->kill();
    EXPECT_EQ(bind("jane", "correct horse").status, cannot_connect);
    server->start();
    EXPECT_THAT(read({"(uid=jane)", "title"}), HasSubstr("title: Boss\n"));
    server->stop();
    EXPECT_EQ(bind("jane", "correct horse").status, cannot_connect);
    server->start();
    EXPECT_THAT(read({"(uid=jane)", "title"}), HasSubstr("title: Boss\n"));
}

TEST_F(Ds389Fixture, TakesConnectionsButSaysNothingWhileSuspended) {
    server->suspend();
    Process waiting({.arguments = {"ldapwhoami", "-x", "-H", server->url()}});
    EXPECT_EQ(waiting.wait(Process::Seconds(0.2)), std::nullopt);
    server->resume();
    EXPECT_EQ(waiting.wait(Process::Seconds(10)), 0);
}

}  // namespace
}  // namespace postern::test
