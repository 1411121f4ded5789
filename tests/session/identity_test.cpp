// Who a session is: authorization identities, networks that are accounts, and who comes too early.
#include <gtest/gtest.h>

#include <chrono>

#include "support/session_host.hpp"
#include "support/smtp_client.hpp"

namespace postern::session {
namespace {

using test::SessionHost;
using test::SmtpClient;

const std::string in_the_clear =
    "session.auth.allow-plain-text = true\n"
    "session.auth.errors.wait = \"10ms\"\n";

int auth_as(SmtpClient& client, const std::string& other, const std::string& password = "secret") {
    return client
        .command("AUTH PLAIN " + test::base64(other + std::string(1, '\0') + "jane" +
                                              std::string(1, '\0') + password))
        .code;
}

TEST(AuthorizationIdentity, NeedsBothThePasswordAndThePermission) {
    struct Case {
        const char* may;
        const char* other;
        const char* password;
        int code;
    };
    const Case cases[] = {
        {"true", "bob", "secret", 235},
        {"true", "jane", "secret", 235},
        {"false", "jane", "secret", 235},
        {"\"authenticated_as == 'jane'\"", "bob", "secret", 235},
        {"\"authenticated_as == 'bob'\"", "bob", "secret", 535},
        {"false", "bob", "secret", 535},
        {"true", "bob", "wrong", 535},
        {"true", "nobody", "secret", 535},
        {"true", "down", "secret", 454},
    };
    for (const auto& each : cases) {
        SessionHost host(in_the_clear + "session.auth.may-act-as = " + each.may + "\n");
        SmtpClient client(host.port());
        client.greet();
        EXPECT_EQ(auth_as(client, each.other, each.password), each.code)
            << each.may << " " << each.other;
    }
}

TEST(AuthorizationIdentity, IsWhoTheSessionIsFromThenOn) {
    SessionHost host(in_the_clear + "session.auth.may-act-as = true\n");
    SmtpClient client(host.port());
    client.greet();
    EXPECT_EQ(auth_as(client, "bob"), 235);
    EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 550);
    EXPECT_EQ(client.command("MAIL FROM:<bob@example.org>").code, 250);
    EXPECT_EQ(host.next_hop().count("OPEN bob"), 1U);
    EXPECT_NE(host.log().find("login=\"bob\" typed=\"jane\" authenticated=\"jane\""),
              std::string::npos)
        << host.log();
}

TEST(NetworkPrincipal, IsTheAccountOfWhoDoesNotAuthenticate) {
    SessionHost host("session.auth.network-principal = \"'printer'\"\n");
    SmtpClient client(host.port());
    client.greet();
    EXPECT_EQ(client.command("MAIL FROM:<ceo@example.org>").code, 550);
    EXPECT_EQ(client.command("MAIL FROM:<printer@example.org>").code, 250);
    EXPECT_EQ(client.command("RCPT TO:<anybody@example.net>").code, 250);
    EXPECT_EQ(client.command("DATA").code, 354);
    EXPECT_EQ(client.command("From: ceo@example.org\r\n\r\n.").code, 550);
    EXPECT_EQ(host.next_hop().count("OPEN printer"), 1U);
    EXPECT_NE(host.log().find("auth.accepted"), std::string::npos);
}

TEST(NetworkPrincipal, ThatIsUnknownIsNobodyAndThatCannotBeAskedIsTemporary) {
    {
        SessionHost host("session.auth.network-principal = \"'stranger'\"\n");
        SmtpClient client(host.port());
        client.greet();
        EXPECT_EQ(client.command("MAIL FROM:<printer@example.org>").code, 530);
    }
    SessionHost host("session.auth.network-principal = \"'down'\"\n");
    SmtpClient client(host.port());
    client.greet();
    EXPECT_EQ(client.command("MAIL FROM:<printer@example.org>").code, 454);
}

TEST(NetworkPrincipal, DoesNotKeepAnybodyFromAuthenticating) {
    SessionHost host(in_the_clear + "session.auth.network-principal = \"'printer'\"\n");
    SmtpClient client(host.port());
    client.greet();
    EXPECT_EQ(client.auth_plain("jane", "secret").code, 235);
    EXPECT_EQ(client.command("MAIL FROM:<printer@example.org>").code, 550);
    EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
}

TEST(GreetingDelay, WhoSpeaksFirstIsNoMailClient) {
    SessionHost host("session.greeting-delay = \"5s\"\n");
    SmtpClient client(host.port());
    client.send("EHLO bot\r\n");
    EXPECT_EQ(client.read_reply().text(),
              "554 5.5.0 gate.example.org client spoke before the greeting");
    EXPECT_TRUE(client.is_closed());
}

TEST(GreetingDelay, KeepsThePatientWaitingNoLonger) {
    SessionHost host("session.greeting-delay = \"300ms\"\n");
    const auto begun = std::chrono::steady_clock::now();
    SmtpClient client(host.port());
    EXPECT_EQ(client.read_reply().code, 220);
    EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(300));
    EXPECT_EQ(client.command("EHLO x").code, 250);
}

}  // namespace
}  // namespace postern::session
