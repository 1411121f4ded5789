// A Postfix that dies in the middle: the client is told to come back later, and no half message
// comes of it.
#include <gtest/gtest.h>

#include "e2e/site.hpp"

namespace postern::test {
namespace {

// How far the transaction has come when Postfix is killed.
enum class Step { before_mail, after_mail, after_rcpt, in_header, in_body };

std::string step_name(const ::testing::TestParamInfo<Step>& info) {
    constexpr const char* names[] = {"BeforeMail", "AfterMail", "AfterRcpt", "InHeader", "InBody"};
    return names[static_cast<int>(info.param)];
}

class NextHopLost : public ::testing::TestWithParam<Step> {
 protected:
    static void SetUpTestSuite() { site = new Site(Behind::postfix); }
    static void TearDownTestSuite() { delete std::exchange(site, nullptr); }

    // Says what belongs to each step, with the kill in between; returns the first reply of the next
    // hop's loss.
    SmtpClient::Reply transaction(SmtpClient& client, Step killed_at) {
        const auto at = [&](Step step) {
            if (step == killed_at) site->postfix().kill();
        };
        at(Step::before_mail);
        auto reply = client.command("MAIL FROM:<jane@example.org>");
        if (reply.code != 250) return reply;
        at(Step::after_mail);
        reply = client.command("RCPT TO:<bob@example.org>");
        if (reply.code != 250) return reply;
        at(Step::after_rcpt);
        reply = client.command("DATA");
        if (reply.code != 354) return reply;
        client.send("From: jane@example.org\r\nSubject: lost\r\n");
        at(Step::in_header);
        client.send("\r\n" + std::string(70, 'x') + "\r\n");
        // What fills every buffer on the way, so that the body really is on its way.
        for (int i = 0; i < 20'000; ++i)
            client.send(std::string(998, 'y') + "\r\n");
        at(Step::in_body);
        for (int i = 0; i < 20'000; ++i)
            client.send(std::string(998, 'z') + "\r\n");
        client.send(".\r\n");
        return client.read_reply();
    }

    static inline Site* site = nullptr;
};

TEST_P(NextHopLost, IsATemporaryFailureAndTheSessionGoesOn) {
    auto client = site->gateway().authenticated_client();
    const auto reply = transaction(client, GetParam());
    EXPECT_TRUE(
        reply.text().starts_with(GetParam() == Step::before_mail ? "451 4.4.1" : "451 4.4.2"))
        << reply.text() << site->gateway().log();
    EXPECT_EQ(client.command("RSET").code, 250);

    site->postfix().start();
    site->postfix().wait_until_idle();
    EXPECT_TRUE(site->inbox().files().empty()) << "half a message was delivered";

    ASSERT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250) << site->gateway().log();
    ASSERT_EQ(client.command("RCPT TO:<bob@example.org>").code, 250);
    ASSERT_EQ(client.command("DATA").code, 354);
    client.send(on_the_wire(letter("after-the-loss")));
    EXPECT_EQ(client.read_reply().code, 250);
    EXPECT_EQ(site->inbox().wait_for(1).size(), 1u);
    site->inbox().clear();
}

INSTANTIATE_TEST_SUITE_P(AtEveryStep, NextHopLost,
                         ::testing::Values(Step::before_mail, Step::after_mail, Step::after_rcpt,
                                           Step::in_header, Step::in_body),
                         step_name);

class ClientLost : public AnySite {};

// BEHAVIOUR 4: if the client goes before its end of data, the next hop never sees one.
TEST_P(ClientLost, AtEveryStepLeavesNothingBehind) {
    const std::vector<std::string> steps{"MAIL FROM:<jane@example.org>\r\n",
                                         "RCPT TO:<bob@example.org>\r\n",
                                         "DATA\r\n",
                                         "From: jane@example.org\r\n",
                                         "\r\n",
                                         std::string(100'000, 'x') + "\r\n",
                                         ".",
                                         "\r"};
    for (std::size_t last = 0; last < steps.size(); ++last) {
        for (const bool politely : {true, false}) {
            auto client = gateway().authenticated_client();
            for (std::size_t i = 0; i <= last; ++i) {
                client.send(steps[i]);
                if (i < 3) EXPECT_LT(client.read_reply().code, 400);
            }
            if (politely) {
                client.half_close();
                EXPECT_TRUE(client.is_closed()) << "step " << last;
            } else {
                client.reset();
            }
        }
    }
    auto witness = gateway().authenticated_client();
    ASSERT_EQ(witness.command("MAIL FROM:<jane@example.org>").code, 250);
    ASSERT_EQ(witness.command("RCPT TO:<bob@example.org>").code, 250);
    ASSERT_EQ(witness.command("DATA").code, 354);
    witness.send(on_the_wire(letter("witness")));
    ASSERT_EQ(witness.read_reply().code, 250);
    site().inbox().wait_for_message_with("Subject: witness\n");
    if (GetParam() == Behind::postfix) site().postfix().wait_until_idle();
    EXPECT_EQ(site().inbox().files().size(), 1u);
    EXPECT_EQ(site().inbox().unfinished(), 0u);
}

FOR_BOTH_NEXT_HOPS(ClientLost);

}  // namespace
}  // namespace postern::test
