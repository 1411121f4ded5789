// What a client hears beyond session.auth.limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/session_host.hpp"
#include "support/smtp_client.hpp"

namespace postern::session {
namespace {

using test::SessionHost;
using test::SmtpClient;
using testing::HasSubstr;
using testing::Not;

const std::string settings =
    "[session.auth]\nallow-plain-text = true\nattempts = 6\n"
    "errors = { total = 3, wait = \"50ms\" }\n[session.auth.limits]\n";

SmtpClient client_of(const SessionHost& host) {
    SmtpClient client(host.port());
    client.greet();
    return client;
}

TEST(AuthLimitsSession, BeyondALimitTheDirectoryIsNotAsked) {
    std::atomic<int> asked = 0;
    SessionHost host(settings + "pair = 2\n", [&](const std::string& login, const auto& password) {
        ++asked;
        return SessionHost::knows_jane(login, password);
    });
    auto client = client_of(host);
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(client.auth_plain("jane", "wrong").code, 535);
    EXPECT_EQ(client.auth_plain("jane", "secret").text(),
              "454 4.7.0 Temporary authentication failure: the password was not checked");
    EXPECT_EQ(asked, 2);
    EXPECT_THAT(host.log(), HasSubstr("auth.limited"));
    EXPECT_THAT(host.log(), HasSubstr("limit=\"pair\" network=\"127.0.0.1\" "
                                      "login=\"unknown(jan..., sha256:81f8f6dd)\""));
    EXPECT_THAT(host.log(), Not(HasSubstr("auth.unavailable")));
    EXPECT_THAT(host.log(), Not(HasSubstr("secret")));
}

// errors.total is 3: two refusals, and no third.
TEST(AuthLimitsSession, CountsAsAnAttemptAndNotAsAnError) {
    SessionHost host(settings + "network = 2\n");
    auto client = client_of(host);
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(client.auth_plain("jane", "wrong").code, 535);
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(client.auth_plain("jane", "secret").code, 454) << i;
    EXPECT_EQ(client.auth_plain("jane", "secret").code, 454) << "the seventh of six attempts";
    EXPECT_EQ(client.read_reply().text().substr(0, 9), "421 4.7.0");
    EXPECT_TRUE(client.is_closed());
}

TEST(AuthLimitsSession, HoldsForAllSessionsTogether) {
    SessionHost host(settings + "login = 2\n");
    for (int i = 0; i < 2; ++i) {
        auto client = client_of(host);
        EXPECT_EQ(client.auth_login("jane", "wrong").code, 535);
    }
    auto client = client_of(host);
    EXPECT_EQ(client.auth_login("jane", "secret").code, 454);
    EXPECT_EQ(client.auth_login("joe", "secret").code, 535) << "another login";
}

TEST(AuthLimitsSession, TrustedClientsHearNothingOfIt) {
    SessionHost host(settings + "network = 1\nlogin = 1\npair = 1\ntrusted = \"127.0.0.0/8\"\n");
    auto client = client_of(host);
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(client.auth_plain("jane", "wrong").code, 535);
    EXPECT_EQ(client.auth_plain("jane", "secret").code, 235);
}

TEST(AuthLimitsSession, WhoeverSucceedsInTimeIsNeverRefused) {
    SessionHost host(settings + "pair = 2\n");
    for (int round = 0; round < 3; ++round) {
        auto client = client_of(host);
        EXPECT_EQ(client.auth_plain("jane", "wrong").code, 535);
        EXPECT_EQ(client.auth_plain("jane", "secret").code, 235);
    }
}

}  // namespace
}  // namespace postern::session
