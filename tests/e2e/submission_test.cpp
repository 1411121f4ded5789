// What a client hears at each step of a submission, over the socket of the built gateway.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "e2e/site.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

MATCHER_P(IsReply, beginning, "") {
    return arg.text().starts_with(beginning);
}

class Submission : public AnySite {};

TEST_P(Submission, GreetsWithItsName) {
    auto client = gateway().client();
    EXPECT_EQ(client.read_reply().text(), "220 mail.example.org ESMTP Postern");
}

TEST_P(Submission, OffersAuthOnlyUnderTls) {
    auto client = gateway().client();
    client.read_reply();
    const auto plain = client.command("EHLO client.example");
    EXPECT_TRUE(plain.has("STARTTLS"));
    EXPECT_EQ(plain.text().find("AUTH"), std::string::npos) << plain.text();
    EXPECT_THAT(client.auth_plain("jane", jane_password), IsReply("530 5.7.0"));

    EXPECT_EQ(client.command("STARTTLS").code, 220);
    client.handshake();
    const auto secure = client.command("EHLO client.example");
    EXPECT_TRUE(secure.has("AUTH PLAIN LOGIN") || secure.has("AUTH LOGIN PLAIN")) << secure.text();
    EXPECT_FALSE(secure.has("STARTTLS"));
}

TEST_P(Submission, NeverOffersWhatItCannotPolice) {
    auto client = gateway().tls_client();
    const auto offered = client.command("EHLO client.example").text();
    for (const char* keyword : {"XCLIENT", "XFORWARD", "ETRN", "BURL", "VRFY", "STARTTLS"}) {
        EXPECT_EQ(offered.find(keyword), std::string::npos) << offered;
    }
    EXPECT_EQ(client.command("XCLIENT ADDR=192.0.2.1").code / 100, 5);
    EXPECT_EQ(client.command("ETRN example.org").code / 100, 5);
}

TEST_P(Submission, DemandsAuthentication) {
    auto client = gateway().tls_client();
    EXPECT_THAT(client.command("MAIL FROM:<jane@example.org>"), IsReply("530 5.7.0"));
}

TEST_P(Submission, DemandsTlsFirst) {
    auto client = gateway().client();
    client.greet();
    EXPECT_THAT(client.command("MAIL FROM:<jane@example.org>"), IsReply("530 5.7.0"));
}

TEST_P(Submission, RefusesAForeignSender) {
    auto client = gateway().authenticated_client();
    EXPECT_THAT(client.command("MAIL FROM:<joe@example.org>"), IsReply("550 5.7.1"));
    EXPECT_THAT(client.command("MAIL FROM:<jane@example.org.evil.example>"), IsReply("550 5.7.1"));
    EXPECT_THAT(client.command("MAIL FROM:<jane+list@example.org>"), IsReply("250 "));
    EXPECT_THAT(client.command("RSET"), IsReply("250 "));
    EXPECT_THAT(client.command("MAIL FROM:<JANE@EXAMPLE.ORG>"), IsReply("250 "));
    EXPECT_THAT(client.command("RSET"), IsReply("250 "));
    EXPECT_THAT(client.command("MAIL FROM:<whoever@jane.example>"), IsReply("250 "));
    EXPECT_THAT(client.command("RSET"), IsReply("250 "));
    EXPECT_THAT(client.command("MAIL FROM:<>"), IsReply("250 "));
}

TEST_P(Submission, VerifiesAStoredHash) {
    auto client = gateway().tls_client();
    EXPECT_THAT(client.auth_login("joe", joe_password), IsReply("235 2.7.0"));
    EXPECT_THAT(client.command("MAIL FROM:<joe@example.org>"), IsReply("250 "));
}

TEST_P(Submission, TellsTheOwnerThatAnAccountIsDisabled) {
    auto client = gateway().tls_client();
    EXPECT_THAT(client.auth_plain("paul", paul_password), IsReply("525 5.7.13"));
}

// BEHAVIOUR 1: one reply in words and in time for every refusal; the third closes.
TEST_P(Submission, RefusesCredentialsAlikeAfterTheWait) {
    auto client = gateway().tls_client();
    const std::vector<std::pair<std::string, std::string>> attempts{
        {"jane", "wrong"}, {"nobody-here", "wrong"}, {"joe", "wrong"}};
    std::vector<std::string> replies;
    for (const auto& [login, password] : attempts) {
        const auto asked = Clock::now();
        replies.push_back(client.auth_plain(login, password).text());
        const auto took = Clock::now() - asked;
        EXPECT_GE(took, 1s) << login;
        EXPECT_LE(took, 2500ms) << login;
    }
    EXPECT_TRUE(replies[0].starts_with("535 5.7.8")) << replies[0];
    EXPECT_EQ(replies[0], replies[1]);
    EXPECT_EQ(replies[0], replies[2]);
    EXPECT_THAT(client.read_reply(), IsReply("421 4.7.0"));
    EXPECT_TRUE(client.is_closed());
}

TEST_P(Submission, DelaysNobodyElseWhileARefusalWaits) {
    auto slow = gateway().tls_client();
    slow.send("AUTH PLAIN " + plain_response("jane", "wrong") + "\r\n");
    const auto began = Clock::now();
    auto quick = gateway().authenticated_client();
    EXPECT_LT(Clock::now() - began, 900ms);
    EXPECT_EQ(slow.read_reply().code, 535);
}

TEST_P(Submission, CountsAttemptsButGoesOnAfterACancel) {
    auto client = gateway().tls_client();
    EXPECT_EQ(client.command("AUTH LOGIN").text(), "334 VXNlcm5hbWU6");
    EXPECT_THAT(client.command("*"), IsReply("501 5.7.0"));
    EXPECT_THAT(client.command("AUTH CRAM-MD5"), IsReply("504 5.5.4"));
    EXPECT_THAT(client.auth_plain("jane", jane_password), IsReply("235 2.7.0"));
    EXPECT_THAT(client.auth_plain("jane", jane_password), IsReply("503 5.5.1"));
}

TEST_P(Submission, TakesSeveralMessagesInASession) {
    auto client = gateway().authenticated_client();
    for (const std::string subject : {"several-1", "several-2"}) {
        const auto replies =
            client.pipeline({"MAIL FROM:<jane@example.org>", "RCPT TO:<bob@example.org>", "DATA"});
        EXPECT_EQ(replies[0].code, 250) << replies[0].text();
        EXPECT_EQ(replies[1].code, 250) << replies[1].text();
        ASSERT_EQ(replies[2].code, 354) << replies[2].text();
        client.send(on_the_wire(letter(subject, ".\n..\n. dots\n")));
        EXPECT_EQ(client.read_reply().code, 250);
        EXPECT_EQ(without_trace(unix_lines(
                      site().inbox().wait_for_message_with("Subject: " + subject + "\n"))),
                  letter(subject, ".\n..\n. dots\n"));
    }
    EXPECT_EQ(client.command("QUIT").code, 221);
    EXPECT_TRUE(client.is_closed());
}

TEST_P(Submission, AnswersTheSmallCommands) {
    auto client = gateway().tls_client();
    EXPECT_EQ(client.command("NOOP").code, 250);
    EXPECT_EQ(client.command("noop with words").code, 250);
    EXPECT_EQ(client.command("RSET").code, 250);
    EXPECT_EQ(client.command("HELP").code, 214);
    EXPECT_EQ(client.command("VRFY bob").code, 252);
    EXPECT_EQ(client.command("EXPN staff").code, 502);
    EXPECT_THAT(client.command("WHAT"), IsReply("500 5.5.2"));
    EXPECT_THAT(client.command("RCPT TO:<bob@example.org>"), IsReply("503 5.5.1"));
    EXPECT_THAT(client.command("EHLO"), IsReply("501 5.5.4"));
    EXPECT_EQ(client.command("EHLO my_pc").code, 250);
}

TEST_P(Submission, RefusesTooMuchAtMailWhenItIsDeclared) {
    auto client = gateway().authenticated_client();
    EXPECT_THAT(client.command("MAIL FROM:<jane@example.org> SIZE=200000000"),
                IsReply("552 5.3.4"));
}

FOR_BOTH_NEXT_HOPS(Submission);

}  // namespace
}  // namespace postern::test
