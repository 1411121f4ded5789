// The net under the open relay tests: what they look for does happen when somebody whom Postfix
// trusts asks for it, so an empty maildir `outside` means something.
#include <gtest/gtest.h>

#include "support/postfix.hpp"
#include "support/smtp_client.hpp"

namespace postern::test {
namespace {

class PostfixFixture : public ::testing::Test {
 protected:
    static void SetUpTestSuite() { postfix = new Postfix; }
    static void TearDownTestSuite() { delete std::exchange(postfix, nullptr); }

    SmtpClient::Reply deliver(SmtpClient& client, const std::string& recipient) {
        const auto replies =
            client.pipeline({"MAIL FROM:<jane@example.org>", "RCPT TO:" + recipient, "DATA"});
        if (replies.back().code != 354) return replies[1];
        return client.command(
            "From: jane@example.org\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
            "Message-ID: <1@example.org>\r\n\r\nhello\r\n.");
    }

    static inline Postfix* postfix = nullptr;
};

TEST_F(PostfixFixture, DeliversToItsOwnDomain) {
    SmtpClient client(postfix->port());
    client.greet();
    EXPECT_EQ(deliver(client, "<bob@example.org>").code, 250);
    EXPECT_EQ(without_trace(postfix->mailbox("bob").wait_for(1).front()),
              "From: jane@example.org\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n"
              "Message-ID: <1@example.org>\n\nhello\n");
    postfix->wait_until_idle();
    EXPECT_TRUE(postfix->outside().files().empty());
}

TEST_F(PostfixFixture, RefusesAMailboxThatIsNotThere) {
    SmtpClient client(postfix->port());
    client.greet();
    EXPECT_EQ(deliver(client, "<nobody-here@example.org>").code, 550);
}

TEST_F(PostfixFixture, TakesALoginByXclient) {
    SmtpClient client(postfix->port());
    client.greet();
    EXPECT_EQ(
        client.command("XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.1 LOGIN=jane PROTO=ESMTP").code,
        220);
    EXPECT_EQ(client.command("EHLO client.example").code, 250);
    EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
    EXPECT_EQ(client.command("RCPT TO:<bob@example.org>").code, 250);
    EXPECT_TRUE(postfix->logs("sasl_method=XCLIENT, sasl_username=jane"));
}

class PostfixRelays : public PostfixFixture, public ::testing::WithParamInterface<const char*> {};

TEST_P(PostfixRelays, ToTheOutsideForWhomItTrusts) {
    postfix->outside().clear();
    SmtpClient client(postfix->port());
    client.greet();
    EXPECT_EQ(deliver(client, GetParam()).code, 250);
    EXPECT_EQ(postfix->outside().wait_for(1).size(), 1u);
    postfix->wait_until_idle();
}

INSTANTIATE_TEST_SUITE_P(Disguises, PostfixRelays,
                         ::testing::Values("<victim@outside.example>",
                                           "<victim%outside.example@example.org>",
                                           "<outside.example!victim@example.org>",
                                           "<\"victim@outside.example\"@example.org>",
                                           "<@example.org:victim@outside.example>"));

TEST_F(PostfixFixture, ComesBackAfterAKillWithItsQueue) {
    postfix->kill();
    postfix->start();
    SmtpClient client(postfix->port());
    client.greet();
    EXPECT_EQ(deliver(client, "<carol@example.org>").code, 250);
    EXPECT_EQ(postfix->mailbox("carol").wait_for(1).size(), 1u);
}

}  // namespace
}  // namespace postern::test
