#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/session_host.hpp"
#include "support/smtp_client.hpp"

namespace postern::session {
namespace {

using test::SessionHost;
using test::SmtpClient;

const std::string in_the_clear = "session.auth.allow-plain-text = true\n";

// Behind MAIL and RCPT.
SmtpClient jane_with_a_recipient(SessionHost& host) {
    SmtpClient client(host.port());
    client.greet();
    EXPECT_EQ(client.auth_plain("jane", "secret").code, 235);
    EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
    EXPECT_EQ(client.command("RCPT TO:<bob@example.net>").code, 250);
    return client;
}

SmtpClient::Reply chunk(SmtpClient& client, std::string_view octets, bool last = false) {
    client.send("BDAT " + std::to_string(octets.size()) + (last ? " LAST" : "") + "\r\n");
    client.send(octets);
    return client.read_reply();
}

// What the next hop has got, without the field of ours in front.
std::string body_of(const SessionHost& host, const std::string& from) {
    const auto& messages = const_cast<SessionHost&>(host).next_hop().messages();
    if (messages.empty()) return "none";
    const auto begin = messages.back().find(from);
    return begin == std::string::npos ? messages.back() : messages.back().substr(begin);
}

TEST(Chunking, IsOfferedToEverybody) {
    SessionHost host(in_the_clear);
    SmtpClient client(host.port());
    client.read_reply();
    EXPECT_TRUE(client.command("EHLO x").has("CHUNKING"));
}

TEST(Chunking, AMessageIsTheSameHoweverItIsCut) {
    const std::string message = "From: jane@example.org\r\nSubject: dots\r\n\r\n.one\r\n..\r\nlast";
    const std::string expected =
        "From: jane@example.org\r\nSubject: dots\r\n\r\n..one\r\n...\r\nlast\r\n";
    for (std::size_t cut = 0; cut <= message.size(); ++cut) {
        SCOPED_TRACE(cut);
        SessionHost host(in_the_clear);
        auto client = jane_with_a_recipient(host);
        EXPECT_EQ(chunk(client, message.substr(0, cut)).text(),
                  "250 2.0.0 " + std::to_string(cut) + " octets received");
        EXPECT_EQ(chunk(client, message.substr(cut), true).code, 250);
        EXPECT_EQ(body_of(host, "From:"), expected);
    }
}

TEST(Chunking, ChunksOfOneOctetAndAnEmptyLastOneMakeAMessage) {
    const std::string message = "From: jane@example.org\r\n\r\n.\r\n";
    SessionHost host(in_the_clear);
    auto client = jane_with_a_recipient(host);
    for (const char octet : message)
        EXPECT_EQ(chunk(client, {&octet, 1}).code, 250);
    EXPECT_EQ(host.next_hop().count("END"), 0U);
    EXPECT_EQ(chunk(client, "", true).code, 250);
    EXPECT_EQ(body_of(host, "From:"), "From: jane@example.org\r\n\r\n..\r\n");
    EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
}

TEST(Chunking, PipelinedCommandsAndChunksStayApart) {
    SessionHost host(in_the_clear);
    auto client = jane_with_a_recipient(host);
    client.send("BDAT 26\r\nFrom: jane@example.org\r\n\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n");
    EXPECT_EQ(client.read_reply().code, 250);
    EXPECT_EQ(client.read_reply().code, 250);
    EXPECT_EQ(client.read_reply().code, 250);
    EXPECT_EQ(client.command("NOOP").code, 250);
    EXPECT_EQ(body_of(host, "QUIT"), "QUIT\r\n");
}

TEST(Chunking, ARefusedChunkIsReadAndTheOthersAreDroppedUntilTheLast) {
    SessionHost host(in_the_clear + "session.limits.message-size = \"1k\"\n");
    auto client = jane_with_a_recipient(host);
    EXPECT_EQ(chunk(client, "From: jane@example.org\r\n\r\n").code, 250);
    EXPECT_EQ(chunk(client, std::string(1000, 'x')).code, 552);
    EXPECT_EQ(chunk(client, "QUIT\r\n").code, 503);
    EXPECT_EQ(client.command("RCPT TO:<bob@example.net>").code, 503);
    EXPECT_EQ(chunk(client, "QUIT\r\n", true).code, 503);
    EXPECT_EQ(host.next_hop().messages().size(), 0U);
    EXPECT_EQ(host.next_hop().count("END"), 0U);
    EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
    EXPECT_EQ(client.command("RCPT TO:<bob@example.net>").code, 250);
    EXPECT_EQ(chunk(client, "From: jane@example.org\r\n\r\nx", true).code, 250);
    EXPECT_EQ(host.next_hop().messages().size(), 1U);
}

TEST(Chunking, RsetEndsAMessageOfWhichTheNextHopThenNeverSeesTheEnd) {
    SessionHost host(in_the_clear);
    auto client = jane_with_a_recipient(host);
    EXPECT_EQ(chunk(client, "From: jane@example.org\r\n\r\nhalf").code, 250);
    EXPECT_EQ(client.command("RSET").code, 250);
    EXPECT_EQ(host.next_hop().count("CUT"), 1U);
    EXPECT_EQ(chunk(client, "x", true).code, 503);
    EXPECT_EQ(host.next_hop().count("END"), 0U);
}

TEST(Chunking, AClientThatLeavesBetweenChunksLeavesNoMessage) {
    SessionHost host(in_the_clear);
    {
        auto client = jane_with_a_recipient(host);
        EXPECT_EQ(chunk(client, "From: jane@example.org\r\n\r\nhalf").code, 250);
    }
    host.await_end();
    EXPECT_EQ(host.next_hop().count("END"), 0U);
    EXPECT_NE(host.log().find("relay.cut"), std::string::npos) << host.log();
}

TEST(Chunking, WhatNoLineMayHoldIsRefusedWhereverTheChunksAreCut) {
    const std::string header = "From: jane@example.org\r\n\r\n";
    const std::pair<std::string, std::string> cases[] = {
        {header + "a\n", "b"}, {header + "a\r", "b"},           {header + "a\r", ""},
        {header, "\n"},        {"Subject: x\nFrom: y", "\r\n"}, {header + '\0', ""},
    };
    for (const auto& [first, second] : cases) {
        SCOPED_TRACE(testing::PrintToString(first + "|" + second));
        SessionHost host(in_the_clear);
        auto client = jane_with_a_recipient(host);
        const auto answer = chunk(client, first);
        const auto end = chunk(client, second, true);
        EXPECT_TRUE(answer.code == 550 || end.code == 550) << answer.text() << end.text();
        EXPECT_EQ(host.next_hop().count("END"), 0U);
    }
}

TEST(Chunking, AChunkThatNobodyAskedForIsNotTakenForCommands) {
    SessionHost host(in_the_clear);
    SmtpClient client(host.port());
    client.greet();
    EXPECT_EQ(chunk(client, "QUIT\r\nQUIT\r\n", true).code, 503);
    EXPECT_EQ(client.auth_plain("jane", "secret").code, 235);
    client.send(
        "MAIL FROM:<ceo@example.org>\r\nRCPT TO:<bob@example.net>\r\nBDAT 6 LAST\r\nQUIT\r\n");
    EXPECT_EQ(client.read_reply().code, 550);
    EXPECT_EQ(client.read_reply().code, 503);
    EXPECT_EQ(client.read_reply().code, 503);
    EXPECT_EQ(client.command("NOOP").code, 250);
    client.send("BDAT 99999999999 LAST\r\n");
    EXPECT_EQ(client.read_reply().code, 421);
    EXPECT_TRUE(client.is_closed());
}

TEST(Chunking, AChunkOfUnknownSizeEndsTheSession) {
    SessionHost host(in_the_clear);
    auto client = jane_with_a_recipient(host);
    EXPECT_EQ(client.command("BDAT ten LAST").code, 501);
    EXPECT_TRUE(client.is_closed());
    auto sloppy = jane_with_a_recipient(host);
    sloppy.send("BDAT 20 LAST\nEHLO smuggled-body\r\n");
    EXPECT_EQ(sloppy.read_reply().code, 501);
    EXPECT_TRUE(sloppy.is_closed());
    auto endless = jane_with_a_recipient(host);
    endless.send("BDAT " + std::string(20'000, '1') + "\r\n");
    EXPECT_EQ(endless.read_reply().code, 500);
    EXPECT_TRUE(endless.is_closed());
}

TEST(Chunking, ANextHopThatFailsIsToldAtTheChunkThatNoticesIt) {
    SessionHost host(in_the_clear);
    host.next_hop().break_after(1000);
    auto client = jane_with_a_recipient(host);
    EXPECT_EQ(chunk(client, "From: jane@example.org\r\n\r\n").code, 250);
    EXPECT_EQ(chunk(client, std::string(1000, 'x')).code, 451);
    EXPECT_EQ(chunk(client, "", true).code, 503);
    EXPECT_EQ(client.command("NOOP").code, 250);
}

}  // namespace
}  // namespace postern::session
