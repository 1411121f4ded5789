#include "session/session.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "crypto/base64.hpp"
#include "support/eventually.hpp"
#include "support/session_host.hpp"
#include "support/smtp_client.hpp"

namespace postern::session {
namespace {

using test::plain_response;
using test::SessionHost;
using test::SmtpClient;

// Credentials may travel in the clear in these tests: TLS is the business of the end-to-end tests.
const std::string in_the_clear =
    "session.auth.allow-plain-text = true\n"
    "session.auth.errors.wait = \"100ms\"\n";

// A dialogue as a table: what the client says, and how the reply begins.
struct Step {
    std::string says;
    std::string hears;
};

void converse(SmtpClient& client, const std::vector<Step>& steps) {
    for (const auto& step : steps) {
        const auto reply = client.command(step.says);
        EXPECT_TRUE(reply.text().starts_with(step.hears))
            << step.says << " -> " << reply.text() << ", expected " << step.hears;
    }
}

// Greeting and EHLO are done, and jane is in.
SmtpClient jane_at(SessionHost& host) {
    SmtpClient client(host.port());
    client.greet();
    EXPECT_EQ(client.auth_plain("jane", "secret").code, 235);
    return client;
}

const std::vector<Step> one_mail = {
    {"MAIL FROM:<jane@example.org>", "250 2.1.0"},
    {"RCPT TO:<bob@example.net>", "250 2.1.5"},
    {"DATA", "354"},
    {"From: jane@example.org\r\n\r\nHello\r\n.", "250 2.0.0"},
};

TEST(Session, UnderstandsBarePathsWhereTheListenerDoes) {
    const std::vector<Step> with_them = {
        {"MAIL FROM: jane@example.org SIZE=100", "250 2.1.0"},
        {"RCPT TO:bob@example.net", "250 2.1.5"},
        {"RSET", "250"},
        {"MAIL FROM:joe@example.org", "550 5.7.1"},
    };
    const std::vector<Step> without = {{"MAIL FROM:jane@example.org", "501 5.5.4"}};
    for (const bool bare_paths : {true, false}) {
        SessionHost host(in_the_clear, SessionHost::knows_jane,
                         {"scanners", false, nullptr, bare_paths});
        auto client = jane_at(host);
        converse(client, bare_paths ? with_them : without);
    }
}

TEST(Session, RepliesAreThoseOfTheTable) {
    struct Case {
        const char* name;
        std::vector<Step> steps;
    };
    const Case cases[] = {
        {"before EHLO", {{"MAIL FROM:<jane@example.org>", "503"}, {"AUTH PLAIN", "503"}}},
        {"EHLO without argument", {{"EHLO", "501"}, {"HELO", "501"}}},
        {"a device's HELO word", {{"EHLO my_pc", "250"}, {"HELO [192.0.2.1]", "250"}}},
        {"MAIL before AUTH", {{"EHLO x", "250"}, {"MAIL FROM:<jane@example.org>", "530"}}},
        {"unknown mechanism", {{"EHLO x", "250"}, {"AUTH CRAM-MD5", "504"}}},
        {"not base64", {{"EHLO x", "250"}, {"AUTH PLAIN !!!!", "501"}}},
        {"no NUL in PLAIN", {{"EHLO x", "250"}, {"AUTH PLAIN aGVsbG8=", "501"}}},
        {"empty initial response", {{"EHLO x", "250"}, {"AUTH PLAIN =", "501"}}},
        {"cancelled", {{"EHLO x", "250"}, {"AUTH PLAIN", "334 "}, {"*", "501"}}},
        {"LOGIN prompts",
         {{"EHLO x", "250"},
          {"AUTH LOGIN", "334 VXNlcm5hbWU6"},
          {"amFuZQ==", "334 UGFzc3dvcmQ6"},
          {"c2VjcmV0", "235"},
          {"AUTH LOGIN", "503"}}},
        {"LOGIN with initial response",
         {{"EHLO x", "250"}, {"AUTH LOGIN amFuZQ==", "334 UGFzc3dvcmQ6"}, {"c2VjcmV0", "235"}}},
        {"mechanism names are case-insensitive",
         {{"EHLO x", "250"}, {"auth plain " + plain_response("jane", "secret"), "235"}}},
        {"VRFY, EXPN, HELP, NOOP, RSET",
         {{"VRFY jane", "252"},
          {"EXPN list", "502"},
          {"HELP", "214"},
          {"NOOP", "250"},
          {"RSET", "250"}}},
        {"never from clients",
         {{"EHLO x", "250"},
          {"XCLIENT NAME=x", "500"},
          {"XFORWARD NAME=x", "500"},
          {"BURL x", "500"},
          {"ETRN x", "500"},
          {"TURN", "500"},
          {"BDAT 6\r\nQUIT", "503"},
          {"NOOP", "250"}}},
        {"STARTTLS without a certificate", {{"EHLO x", "250"}, {"STARTTLS", "502"}}},
        {"HTTP", {{"GET / HTTP/1.1", "421"}}},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.name);
        SessionHost host(in_the_clear);
        SmtpClient client(host.port());
        EXPECT_EQ(client.read_reply().text().rfind("220", 0), 0U);
        converse(client, each.steps);
        EXPECT_EQ(host.next_hop().messages().size(), 0U);
    }
}

TEST(Session, NothingIsOfferedInTheClear) {
    SessionHost host("session.auth.errors.wait = \"100ms\"\n");
    SmtpClient client(host.port());
    client.read_reply();
    const auto ehlo = client.command("EHLO x");
    EXPECT_EQ(ehlo.text().find("AUTH"), std::string::npos);
    EXPECT_EQ(client.command("AUTH PLAIN " + plain_response("jane", "secret")).code, 502);
}

TEST(Session, AMailGoesThrough) {
    SessionHost host(in_the_clear);
    auto client = jane_at(host);
    converse(client, one_mail);
    converse(client, one_mail);
    EXPECT_EQ(client.command("QUIT").code, 221);
    EXPECT_TRUE(client.is_closed());
    host.await_end();
    ASSERT_EQ(host.next_hop().messages().size(), 2U);
    const auto message = host.next_hop().messages().front();
    EXPECT_TRUE(message.starts_with("Received: from client.example ([127.0.0.1])\r\n")) << message;
    EXPECT_TRUE(message.ends_with("\r\nFrom: jane@example.org\r\n\r\nHello\r\n")) << message;
    EXPECT_EQ(host.next_hop().count("OPEN jane"), 1U);
    EXPECT_EQ(host.next_hop().count("QUIT"), 1U);
}

TEST(Session, APipelinedMailIsAnsweredInOrder) {
    SessionHost host(in_the_clear);
    auto client = jane_at(host);
    const auto replies = client.pipeline({"MAIL FROM:<jane@example.org>", "RCPT TO:<a@example.net>",
                                          "RCPT TO:<b@example.net>", "DATA"});
    ASSERT_EQ(replies.size(), 4U);
    EXPECT_EQ(replies[0].code, 250);
    EXPECT_EQ(replies[1].code, 250);
    EXPECT_EQ(replies[2].code, 250);
    EXPECT_EQ(replies[3].code, 354);
    EXPECT_EQ(client.command("From: jane@example.org\r\n\r\nHello\r\n.").code, 250);
}

TEST(Session, ARefusedMailRefusesWhatIsPipelinedBehindIt) {
    SessionHost host(in_the_clear);
    auto client = jane_at(host);
    const auto replies =
        client.pipeline({"MAIL FROM:<ceo@example.org>", "RCPT TO:<a@example.net>", "DATA", "RSET"});
    EXPECT_EQ(replies[0].code, 550);
    EXPECT_EQ(replies[1].code, 503);
    EXPECT_EQ(replies[2].code, 503);
    EXPECT_EQ(replies[3].code, 250);
    EXPECT_TRUE(host.next_hop().heard().empty());
}

TEST(Session, SendersAreCheckedAtMail) {
    struct Case {
        std::string sender;
        int code;
    };
    const Case cases[] = {
        {"jane@example.org", 250},
        {"JANE@EXAMPLE.ORG", 250},
        {"jane+tag@example.org", 250},
        {"\"jane\"@example.org", 250},
        {"", 250},
        {"anything@jane.example", 250},
        {"jane+x@sub.example.org", 250},
        {"ceo@example.org", 550},
        {"jane@other.example", 550},
        {"jane%other@jane.example", 550},
        {"jane@sub.example.org", 550},
        {"@evil.example:jane@example.org", 250},
    };
    SessionHost host(in_the_clear);
    auto client = jane_at(host);
    for (const auto& each : cases) {
        EXPECT_EQ(client.command("MAIL FROM:<" + each.sender + ">").code, each.code) << each.sender;
        EXPECT_EQ(client.command("RSET").code, 250);
    }
}

TEST(Session, ARefusalLeavesAfterTheWaitAndTheThirdEndsTheSession) {
    SessionHost host(
        "session.auth.allow-plain-text = true\nsession.auth.errors.wait = \"300ms\"\n");
    SmtpClient client(host.port());
    client.greet();
    for (const auto* login : {"jane", "nobody", "jane"}) {
        const auto asked = std::chrono::steady_clock::now();
        EXPECT_EQ(client.auth_plain(login, "wrong").code, 535);
        const auto took = std::chrono::steady_clock::now() - asked;
        EXPECT_GE(took, std::chrono::milliseconds(295));
        EXPECT_LT(took, std::chrono::milliseconds(1290));
    }
    EXPECT_EQ(client.read_reply().code, 421);
    EXPECT_TRUE(client.is_closed());
}

TEST(Session, ADirectoryThatIsDownIsNeverAWrongPassword) {
    SessionHost host(in_the_clear, [](const std::string&, const std::string&) {
        return identity::AuthResult(identity::Unavailable{identity::Scope::directory, "down"});
    });
    SmtpClient client(host.port());
    client.greet();
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(client.auth_plain("jane", "secret").code, 454);
    EXPECT_EQ(client.command("NOOP").code, 250);
}

TEST(Session, TooManyAttemptsOfAnyOutcomeEndTheSession) {
    SessionHost host(in_the_clear + "session.auth.attempts = 3\n");
    SmtpClient client(host.port());
    client.greet();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(client.command("AUTH NONE").code, 504);
    EXPECT_EQ(client.command("AUTH NONE").code, 504);
    EXPECT_EQ(client.read_reply().code, 421);
}

TEST(Session, AForeignAuthorizationIdentityIsRefused) {
    SessionHost host(in_the_clear);
    SmtpClient client(host.port());
    client.greet();
    const auto response = [](std::string_view authorization) {
        std::string octets(authorization);
        octets += std::string("\0jane\0secret", 12);
        return crypto::base64_encode(octets);
    };
    EXPECT_EQ(client.command("AUTH PLAIN " + response("ceo")).code, 535);
    EXPECT_EQ(client.command("AUTH PLAIN " + response("JANE")).code, 235);
}

TEST(Session, ADisabledAccountIsToldSoBehindTheRightPassword) {
    SessionHost host(in_the_clear, [](const std::string&, const std::string&) {
        return identity::AuthResult(identity::Rejected{identity::Reason::disabled, "jane"});
    });
    SmtpClient client(host.port());
    client.greet();
    EXPECT_EQ(client.auth_plain("jane", "secret").code, 525);
}

TEST(Session, AuthInsideATransactionIsOutOfOrder) {
    SessionHost host(in_the_clear + "session.auth.require = false\n");
    SmtpClient client(host.port());
    client.greet();
    EXPECT_EQ(client.command("MAIL FROM:<x@elsewhere.example>").code, 250);
    EXPECT_EQ(client.auth_plain("jane", "secret").code, 503);
}

TEST(Session, IsNeverAnOpenRelay) {
    SessionHost host(
        in_the_clear +
        "session.auth.require = false\nsession.rcpt.local-domains = [\"example.org\"]\n");
    struct Case {
        std::string recipient;
        int code;
    };
    const Case cases[] = {
        {"jane@example.org", 250},
        {"victim@other.example", 550},
        {"victim%other.example@example.org", 550},
        {"other.example!victim@example.org", 550},
        {"\"victim@other.example\"@example.org", 550},
        {"@example.org:victim@other.example", 550},
        {"@other.example:jane@example.org", 550},
        {"\"a:b\"@example.org", 550},
        {"postmaster", 550},
    };
    for (const auto* hello : {"EHLO x", "HELO x"}) {
        SmtpClient client(host.port());
        client.read_reply();
        client.command(hello);
        EXPECT_EQ(client.command("MAIL FROM:<ceo@example.org>").code, 550);
        EXPECT_EQ(client.command("MAIL FROM:<stranger@elsewhere.example>").code, 250);
        for (const auto& each : cases)
            EXPECT_EQ(client.command("RCPT TO:<" + each.recipient + ">").code, each.code)
                << each.recipient;
    }
}

TEST(Session, AFailedAuthLeavesNothingBehind) {
    SessionHost host(in_the_clear);
    SmtpClient client(host.port());
    client.greet();
    const auto replies = client.pipeline({"AUTH PLAIN " + plain_response("jane", "wrong"),
                                          "MAIL FROM:<jane@example.org>", "RSET",
                                          "MAIL FROM:<jane@example.org>", "RCPT TO:<a@b.example>"});
    const std::vector<int> expected = {535, 530, 250, 530, 503};
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_EQ(replies[i].code, expected[i]) << i;
    EXPECT_TRUE(host.next_hop().heard().empty());
}

TEST(Session, TooManyBadCommandsEndIt) {
    SessionHost host(in_the_clear + "session.limits.bad-commands = 3\n");
    SmtpClient client(host.port());
    client.greet();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(client.command("NONSENSE").code, 500);
    EXPECT_EQ(client.read_reply().code, 421);
    EXPECT_TRUE(client.is_closed());
}

// RFC 2920 3.1: it said DATA before it could know.
TEST(Session, APipeliningClientWithoutValidRecipientsDoesNothingBad) {
    SessionHost host(in_the_clear + "session.limits.bad-commands = 1\n");
    auto client = jane_at(host);
    host.next_hop().answer("RCPT", smtp::Reply(550, "5.1.1", "No such user here"));
    client.send("MAIL FROM:<jane@example.org>\r\nRCPT TO:<bob@example.net>\r\nDATA\r\n");
    EXPECT_EQ(client.read_reply().code, 250);
    EXPECT_EQ(client.read_reply().code, 550);
    EXPECT_EQ(client.read_reply().code, 554);
    EXPECT_EQ(client.command("RSET").code, 250);
    client.command("MAIL FROM:<jane@example.org>");
    EXPECT_EQ(client.command("DATA").code, 503);
    EXPECT_EQ(client.read_reply().code, 421);
}

TEST(Session, RecipientsPipelinedBehindARefusedSenderAreNoBadCommands) {
    SessionHost host(in_the_clear + "session.limits.bad-commands = 2\n");
    auto client = jane_at(host);
    std::vector<std::string> lines(5, "RCPT TO:<bob@example.net>");
    lines.insert(lines.begin(), "MAIL FROM:<ceo@example.org>");
    lines.emplace_back("DATA");
    const auto replies = client.pipeline(lines);
    EXPECT_EQ(replies.front().code, 550);
    for (std::size_t i = 1; i < replies.size(); ++i)
        EXPECT_EQ(replies[i].code, 503);
    EXPECT_EQ(client.command("RSET").code, 250);
    EXPECT_EQ(client.command("RCPT TO:<bob@example.net>").code, 503);
    EXPECT_EQ(client.command("RCPT TO:<bob@example.net>").code, 503);
    EXPECT_EQ(client.read_reply().code, 421);
}

// XCLIENT cannot be said again.
TEST(Session, ANextHopThatWasToldAnotherHeloIsLeft) {
    SessionHost host(in_the_clear);
    auto client = jane_at(host);
    converse(client, one_mail);
    EXPECT_EQ(client.command("EHLO client.example").code, 250);
    converse(client, one_mail);
    EXPECT_EQ(host.next_hop().count("OPEN jane"), 1U);
    EXPECT_EQ(client.command("EHLO other.example").code, 250);
    converse(client, one_mail);
    EXPECT_EQ(client.command("HELO other.example").code, 250);
    converse(client, one_mail);
    EXPECT_EQ(host.next_hop().count("OPEN jane"), 3U);
}

TEST(Session, ANextHopIsNotKeptByAClientThatOnlyTalks) {
    SessionHost host(in_the_clear);
    auto client = jane_at(host);
    converse(client, one_mail);
    EXPECT_TRUE(test::eventually([&] {
        EXPECT_EQ(client.command("NOOP").code, 250);
        return host.next_hop().count("QUIT") == 1;
    }));
}

// A client that leaves the mechanism out says its response in that place.
TEST(Session, NoPartOfAnAuthCommandIsLoggedThatMayBeAResponse) {
    SessionHost host(in_the_clear);
    SmtpClient client(host.port());
    client.greet();
    const auto response = plain_response("jane", "secret");
    EXPECT_EQ(client.command("AUTH " + response).code, 504);
    EXPECT_EQ(client.command("AUTH secret").code, 504);
    const auto log = host.log();
    EXPECT_NE(log.find("mechanism=\"unknown\" reason=\"not offered\""), std::string::npos) << log;
    EXPECT_EQ(log.find(response), std::string::npos) << log;
    EXPECT_EQ(log.find("secret"), std::string::npos) << log;
}

TEST(Session, ANextHopThatIsSlowToAnswerDataIsNotTheClientsFault) {
    SessionHost host(in_the_clear + "session.limits.data-window = \"1s\"\n");
    host.next_hop().hesitate(std::chrono::milliseconds(1500));
    auto client = jane_at(host);
    client.pipeline({"MAIL FROM:<jane@example.org>", "RCPT TO:<bob@example.net>", "DATA"});
    client.send("From: jane@example.org\r\n\r\n");
    ASSERT_TRUE(test::eventually([&] { return host.next_hop().count("DATA") == 1; }));
    client.send(std::string(1000, 'x') + "\r\n");
    EXPECT_EQ(client.command(".").code, 250);
}

TEST(Session, ATransactionIsNoWayToStayForEver) {
    SessionHost host(in_the_clear + "session.limits.duration = \"1s\"\n");
    auto client = jane_at(host);
    EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
    int code = 250;
    ASSERT_TRUE(test::eventually([&] { return (code = client.command("NOOP").code) != 250; }));
    EXPECT_EQ(code, 421);
    EXPECT_TRUE(client.is_closed());
}

TEST(Session, AnOverlongLineCostsNoMoreThanItself) {
    SessionHost host(in_the_clear);
    SmtpClient client(host.port());
    client.greet();
    EXPECT_EQ(client.command(std::string(3'000'000, 'x')).code, 500);
    EXPECT_EQ(client.command("NOOP").code, 250);
    EXPECT_EQ(client.command("AUTH PLAIN").code, 334);
    EXPECT_EQ(client.command(std::string(20'000, 'A')).code, 500);
    EXPECT_EQ(client.command("NOOP\n").code, 501);  // a bare LF ends no command
}

TEST(Session, WhatTheNextHopSaysIsPassedOn) {
    SessionHost host(in_the_clear);
    auto client = jane_at(host);
    host.next_hop().answer("RCPT", smtp::Reply(550, "5.1.1", "No such user here"));
    client.command("MAIL FROM:<jane@example.org>");
    EXPECT_EQ(client.command("RCPT TO:<bob@example.net>").text(), "550 5.1.1 No such user here");
    EXPECT_EQ(client.command("DATA").text(), "554 5.5.1 No valid recipients");
    host.next_hop().answer("RCPT", smtp::Reply(250, "2.1.5", "Ok"));
    host.next_hop().answer("DATA", smtp::Reply(452, "4.3.1", "No space"));
    EXPECT_EQ(client.command("RCPT TO:<bob@example.net>").code, 250);
    EXPECT_EQ(client.command("DATA").code, 354);
    EXPECT_EQ(client.command("From: jane@example.org\r\n\r\nHello\r\n.").code, 452);
    EXPECT_EQ(client.command("NOOP").code, 250);
    host.next_hop().answer("MAIL", smtp::Reply(451, "4.3.5", "later"));
    EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 451);
    EXPECT_EQ(client.command("RCPT TO:<bob@example.net>").code, 503);
}

TEST(Session, ANextHopThatCannotBeReachedIs451) {
    SessionHost host(in_the_clear);
    host.next_hop().answer("OPEN", smtp::Reply(451, "4.4.1", "unreachable"));
    auto client = jane_at(host);
    const auto replies =
        client.pipeline({"MAIL FROM:<jane@example.org>", "RCPT TO:<a@example.net>"});
    EXPECT_EQ(replies[0].code, 451);
    EXPECT_EQ(replies[1].code, 503);
}

TEST(Session, MessagesThatOtherServersWouldReadDifferentlyAreCut) {
    struct Case {
        const char* name;
        std::string message;
        int code;
        const char* heard;  // by the next hop
    };
    const std::string header = "From: jane@example.org\r\n\r\n";
    const std::string padding(100'000, 'x');
    std::string fields;
    while (fields.size() < 150'000)
        fields += "X-Padding: " + std::string(60, 'x') + "\r\n";
    const Case cases[] = {
        {"bare LF in the header", "Subject: x\nFrom: y\r\n\r\n", 550, "RSET"},
        {"NUL in the header", std::string("Sub\0ject: x\r\n\r\n", 15), 550, "RSET"},
        {"bare LF in the body", header + padding + "\r\na\nb\r\n", 550, "CUT"},
        {"bare CR in the body", header + "a\rb\r\n", 550, "RSET"},
        {"NUL in the body", header + std::string("a\0b\r\n", 5), 550, "RSET"},
        {"smuggled end of data", header + "\n.\r\nMAIL FROM:<ceo@example.org>\r\n", 550, "RSET"},
        {"smuggled end of data, CR", header + "\r.\r\nMAIL FROM:<ceo@example.org>\r\n", 550,
         "RSET"},
        {"too big", header + std::string(20'000, 'x') + "\r\n" + std::string(200'000, 'y') + "\r\n",
         552, "CUT"},
        {"endless header", "From: jane@example.org\r\n" + fields, 552, "RSET"},
        {"endless field", "Subject: " + std::string(150'000, 'x') + "\r\n\r\n", 550, "RSET"},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.name);
        SessionHost host(in_the_clear + "session.limits.message-size = \"200k\"\n");
        auto client = jane_at(host);
        client.pipeline({"MAIL FROM:<jane@example.org>", "RCPT TO:<bob@example.net>", "DATA"});
        client.send(each.message);
        EXPECT_EQ(client.command(".").code, each.code);
        EXPECT_EQ(client.command("NOOP").code, 250);
        EXPECT_EQ(host.next_hop().count(each.heard), 1U);
        EXPECT_EQ(host.next_hop().count("END"), 0U);
    }
}

TEST(Session, ADeclaredSizeOverTheLimitIsRefusedAtMail) {
    SessionHost host(in_the_clear + "session.limits.message-size = \"10k\"\n");
    auto client = jane_at(host);
    EXPECT_EQ(client.command("MAIL FROM:<jane@example.org> SIZE=10241").code, 552);
    EXPECT_EQ(client.command("MAIL FROM:<jane@example.org> SIZE=10240").code, 250);
}

TEST(Session, EhloOffersWhatTheNextHopOffersWithinOurLimits) {
    SessionHost host(in_the_clear);
    smtp::Capabilities offered;
    offered.size = 1'000'000;
    host.next_hop().set_offered(offered);
    SmtpClient client(host.port());
    client.read_reply();
    const auto ehlo = client.command("EHLO x");
    EXPECT_TRUE(ehlo.has("PIPELINING"));
    EXPECT_TRUE(ehlo.has("ENHANCEDSTATUSCODES"));
    EXPECT_TRUE(ehlo.has("SIZE 995904"));
    EXPECT_TRUE(ehlo.has("AUTH PLAIN LOGIN"));
    EXPECT_FALSE(ehlo.has("SMTPUTF8"));
    EXPECT_FALSE(ehlo.has("DSN"));
    EXPECT_FALSE(ehlo.has("STARTTLS"));
}

TEST(Session, TooManyRecipientsLeaveThoseBeforeStanding) {
    SessionHost host(in_the_clear + "session.limits.recipients = 100\n");
    auto client = jane_at(host);
    client.command("MAIL FROM:<jane@example.org>");
    std::vector<std::string> lines;
    for (int i = 0; i < 105; ++i)
        lines.push_back("RCPT TO:<r" + std::to_string(i) + "@example.net>");
    const auto replies = client.pipeline(lines);
    for (std::size_t i = 0; i < replies.size(); ++i)
        EXPECT_EQ(replies[i].code, i < 100 ? 250 : 452) << i;
    EXPECT_EQ(client.command("DATA").code, 354);
}

TEST(Session, DeadlinesEndASessionWith421) {
    struct Case {
        const char* name;
        const char* setting;
        std::string says;  // after the greeting, and then nothing more
    };
    const Case cases[] = {
        {"idle", "session.limits.idle = \"1s\"\n", ""},
        {"never authenticated", "session.limits.unauthenticated = \"1s\"\n", "NOOP\r\n"},
        {"half a line", "session.limits.command = \"1s\"\n", "NOO"},
        {"half an exchange", "session.limits.auth = \"1s\"\n", "EHLO x\r\nAUTH LOGIN\r\n"},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.name);
        SessionHost host(in_the_clear + each.setting);
        SmtpClient client(host.port());
        client.read_reply();
        client.send(each.says);
        EXPECT_NE(client.drain(std::chrono::seconds(8)).find("421 4.4.2"), std::string::npos);
        host.await_end();
    }
}

TEST(Session, AMessageThatTricklesIsCut) {
    SessionHost host(in_the_clear + "session.limits.data-window = \"1s\"\n");
    auto client = jane_at(host);
    client.pipeline({"MAIL FROM:<jane@example.org>", "RCPT TO:<bob@example.net>", "DATA"});
    client.send("From: jane@example.org\r\n\r\nHel");
    EXPECT_NE(client.drain(std::chrono::seconds(8)).find("421 4.4.2"), std::string::npos);
    host.await_end();
    EXPECT_EQ(host.next_hop().count("CUT"), 1U);
    EXPECT_EQ(host.next_hop().count("END"), 0U);
}

TEST(Session, AClientThatReadsNothingEndsAtItsDeadline) {
    SessionHost host(in_the_clear +
                     "session.limits.reply = \"1s\"\nsession.limits.bad-commands = 10000\n");
    SmtpClient client(host.port(), std::chrono::seconds(10), 4096);
    client.greet();
    std::string noise;
    for (int i = 0; i < 200'000; ++i)
        noise += "HELP\r\n";
    try {
        for (int i = 0; i < 100; ++i)
            client.send(noise);
    } catch (const std::exception&) {
        // The session has had enough of it.
    }
    host.await_end();
}

TEST(Session, DrainingEndsItAtTheNextCommandOutsideATransaction) {
    SessionHost host(in_the_clear);
    auto client = jane_at(host);
    client.command("MAIL FROM:<jane@example.org>");
    host.drain();
    EXPECT_EQ(client.command("RCPT TO:<bob@example.net>").code, 250);
    EXPECT_EQ(client.command("DATA").code, 354);
    EXPECT_EQ(client.command("From: jane@example.org\r\n\r\nHello\r\n.").code, 250);
    EXPECT_EQ(client.command("NOOP").code, 421);
    EXPECT_TRUE(client.is_closed());
}

TEST(Session, CuttingItSaysGoodbye) {
    SessionHost host(in_the_clear);
    auto client = jane_at(host);
    host.cut();
    EXPECT_EQ(client.read_reply().code, 421);
    EXPECT_TRUE(client.is_closed());
}

TEST(Session, TheNextHopIsLetGoAfterATransaction) {
    SessionHost host(in_the_clear);
    auto client = jane_at(host);
    converse(client, one_mail);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(8);
    while (host.next_hop().count("QUIT") == 0 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(host.next_hop().count("QUIT"), 1U);
    converse(client, one_mail);
    EXPECT_EQ(host.next_hop().count("OPEN jane"), 2U);
}

TEST(Session, NoCredentialStandsInTheLog) {
    SessionHost host(in_the_clear);
    SmtpClient client(host.port());
    client.greet();
    client.auth_plain("jane", "Wrong-Passw0rd");
    client.auth_plain("MySecretTypedAsLogin", "x");
    client.auth_plain("jane", "secret");
    client.command("QUIT");
    host.await_end();
    const auto log = host.log();
    EXPECT_EQ(log.find("Wrong-Passw0rd"), std::string::npos);
    EXPECT_EQ(log.find("ecretTypedAsLogin"), std::string::npos);
    EXPECT_EQ(log.find(plain_response("jane", "secret")), std::string::npos);
    EXPECT_NE(log.find("auth.rejected"), std::string::npos);
    EXPECT_NE(log.find("auth.accepted"), std::string::npos);
}

}  // namespace
}  // namespace postern::session
