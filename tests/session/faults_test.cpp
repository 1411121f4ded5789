// Every dialogue again with the client going wrong at each step: nothing is invented, nothing
// hangs.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "session/session.hpp"
#include "support/session_host.hpp"
#include "support/smtp_client.hpp"

namespace postern::session {
namespace {

using test::plain_response;
using test::SessionHost;
using test::SmtpClient;

const std::string settings =
    "session.auth.allow-plain-text = true\n"
    "session.auth.errors.wait = \"10ms\"\n"
    "session.limits.idle = \"2s\"\n"
    "session.limits.data-window = \"1s\"\n";

// What a client says, piece by piece; it reads what comes when it likes.
const std::vector<std::string> transcript = {
    "EHLO client.example\r\n",
    "AUTH PLAIN " + plain_response("jane", "secret") + "\r\n",
    "MAIL FROM:<jane@example.org>\r\n",
    "RCPT TO:<bob@example.net>\r\n",
    "DATA\r\n",
    "From: jane@example.org\r\nSubject: first\r\n",
    "\r\n",
    "A line\r\n",
    "and ano",
    "ther\r\n.",
    "\r\n",
    "MAIL FROM:<jane@example.org>\r\nRCPT TO:<carol@example.net>\r\nDATA\r\n",
    "From: jane@example.org\r\nSubject: second\r\n\r\nHello\r\n.\r\n",
    "QUIT\r\n",
};
// How many messages are complete once that many pieces have been said.
std::size_t complete_after(std::size_t pieces) {
    return pieces > 12 ? 2 : pieces > 10 ? 1 : 0;
}

enum class Fault { leaves, resets, half_closes, stalls, talks_garbage };

void go_wrong(SmtpClient& client, Fault fault) {
    switch (fault) {
        case Fault::leaves:
            return;
        case Fault::resets:
            return client.reset();
        case Fault::half_closes:
            return client.half_close();
        case Fault::stalls:
            return;
        case Fault::talks_garbage:
            return client.send("\xff\xfe\x80garbage\r\n\x01\x02\r\n");
    }
}

class ClientFault : public testing::TestWithParam<Fault> {};

void lose_and_invent_nothing(Fault fault, std::size_t step) {
    SCOPED_TRACE(step);
    SessionHost host(settings);
    {
        SmtpClient client(host.port());
        client.read_reply();
        for (std::size_t i = 0; i < step; ++i)
            client.send(transcript[i]);
        go_wrong(client, fault);
        if (fault == Fault::talks_garbage) client.half_close();
        // All that was promised: the client reads to the end of the stream, or is gone.
        if (fault != Fault::leaves && fault != Fault::resets)
            client.drain(std::chrono::seconds(10));
    }
    host.await_end();
    EXPECT_LE(host.next_hop().messages().size(), complete_after(step));
    // A client that stays to hear the answer has every complete message acknowledged and
    // delivered.
    if (fault == Fault::half_closes || fault == Fault::stalls)
        EXPECT_EQ(host.next_hop().messages().size(), complete_after(step));
    EXPECT_EQ(host.next_hop().count("END"), host.next_hop().messages().size());
}

// Most of the time is spent waiting for deadlines: all steps wait at once.
TEST_P(ClientFault, AtEveryStepLosesAndInventsNothing) {
    std::vector<std::jthread> steps;
    for (std::size_t step = 0; step <= transcript.size(); ++step)
        steps.emplace_back(lose_and_invent_nothing, GetParam(), step);
}

INSTANTIATE_TEST_SUITE_P(Faults, ClientFault,
                         testing::Values(Fault::leaves, Fault::resets, Fault::half_closes,
                                         Fault::stalls, Fault::talks_garbage));

TEST(NextHopFault, AtEveryStepIsATemporaryReplyAndTheSessionGoesOn) {
    const smtp::Reply lost(451, "4.4.2", "lost");
    for (const auto* step : {"OPEN", "MAIL", "RCPT", "DATA", "END"}) {
        SCOPED_TRACE(step);
        SessionHost host(settings);
        SmtpClient client(host.port());
        client.greet();
        client.auth_plain("jane", "secret");
        host.next_hop().answer(step, lost);
        std::vector<int> codes;
        for (const auto& reply :
             client.pipeline({"MAIL FROM:<jane@example.org>", "RCPT TO:<bob@example.net>", "DATA"}))
            codes.push_back(reply.code);
        if (codes.back() == 354)
            codes.push_back(client.command("From: jane@example.org\r\n\r\nHello\r\n.").code);
        EXPECT_EQ(std::ranges::count(codes, 451), 1) << testing::PrintToString(codes);
        EXPECT_NE(codes.back(), 250);
        EXPECT_TRUE(host.next_hop().messages().empty());
        EXPECT_EQ(client.command("NOOP").code, 250);
    }
}

TEST(NextHopFault, OfOurOwnEndsThisSessionAndIsTold) {
    SessionHost host(settings);
    SmtpClient client(host.port()), other(host.port());
    for (auto* each : {&client, &other}) {
        each->greet();
        each->auth_plain("jane", "secret");
    }
    host.next_hop().surprise();
    EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 421);
    EXPECT_TRUE(client.is_closed());
    EXPECT_NE(host.log().find(" session.fault "), std::string::npos) << host.log();
    EXPECT_EQ(other.command("MAIL FROM:<jane@example.org>").code, 250);
}

TEST(NextHopFault, InTheMiddleOfAMessageIsATemporaryReplyAtItsEnd) {
    for (const std::size_t octets : {1U, 100U, 1000U, 60'000U}) {
        SessionHost host(settings);
        host.next_hop().break_after(octets);
        SmtpClient client(host.port());
        client.greet();
        client.auth_plain("jane", "secret");
        client.pipeline({"MAIL FROM:<jane@example.org>", "RCPT TO:<bob@example.net>", "DATA"});
        std::string message = "From: jane@example.org\r\n\r\n";
        for (int i = 0; i < 2000; ++i)
            message += "a line of a message that is long enough\r\n";
        client.send(message);
        EXPECT_EQ(client.command(".").code, 451);
        EXPECT_EQ(client.command("NOOP").code, 250);
        EXPECT_TRUE(host.next_hop().messages().empty());
    }
}

}  // namespace
}  // namespace postern::session
