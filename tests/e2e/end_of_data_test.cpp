// The worst moment to be interrupted: the next hop has the whole message, and whoever sent it has
// not heard so. It is then sent again, so it may be there twice; it must not be nowhere.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "e2e/under_load.hpp"
#include "support/eventually.hpp"
#include "support/fault_proxy.hpp"
#include "support/mails.hpp"

namespace postern::test {
namespace {

using Fault = FaultProxy::Fault;

constexpr std::string_view next_hop_lost = "451 4.4.2";

// A real Postfix behind the gateway, and between them what can keep its answers.
class EndOfData : public ::testing::Test {
 protected:
    static std::string settings() {
        return settings_with(
            "[next-hop.mta]\ntype = \"smtp\"\naddress = \"${next-hop}\"\nidentity = \"xclient\"\n"
            "tls.starttls = \"never\"\ntimeouts.message = \"2s\"\n");
    }

    void SetUp() override { wait_for_probe(1); }

    // Afterwards the connection of a transaction is the only one.
    void wait_for_probe(std::size_t count) const {
        ASSERT_TRUE(eventually([&] {
            return count_of("next-hop.learned", gateway.log()) == count;
        })) << gateway.log();
    }
    void start_again() {
        gateway.start();
        wait_for_probe(2);
    }

    // Everything but the end of data, which is all that Postfix waits for when this returns.
    void begin(SmtpClient& client) {
        for (const auto* command : {"MAIL FROM:<jane@example.org>", "RCPT TO:<bob@example.org>"})
            ASSERT_EQ(client.command(command).code, 250) << gateway.log();
        const auto round_trips = proxy.round_trips().back();
        ASSERT_EQ(client.command("DATA").code, 354);
        client.send(dot_stuffed(letter.text()));
        ASSERT_TRUE(eventually([&] { return proxy.round_trips().back() > round_trips; }))
            << "the next hop has answered DATA";
    }
    // The reply to all of it, written down; `behind` happens before it is awaited.
    std::string end(SmtpClient& client, const std::function<void()>& behind = [] {}) {
        client.send(".\r\n");
        behind();
        try {
            const auto reply = client.read_reply();
            told.hear(letter, reply);
            return reply.text();
        } catch (const SmtpClient::Closed&) {
            told.doubt(letter);
            return "";
        }
    }
    std::string send(SmtpClient& client) {
        begin(client);
        return end(client);
    }
    void reply_slowly() {
        proxy.set_delay(std::chrono::milliseconds(500));
        proxy.set(Fault::slow);
    }
    // As whoever has heard no reply does.
    void send_again() {
        auto client = gateway.authenticated_client();
        EXPECT_TRUE(send(client).starts_with("250"));
    }

    std::size_t arrived() const {
        postfix.wait_until_idle();
        return postfix.mailbox("bob").files().size();
    }
    void wait_for_messages(std::size_t count) const { postfix.mailbox("bob").wait_for(count); }
    void expect_none_lost(const std::string& what) {
        postfix.wait_until_idle();
        test::expect_none_lost(told, {postfix.mailbox("bob")}, what);
    }

    Postfix postfix;
    FaultProxy proxy{postfix.port()};
    Gateway gateway{settings(), {{"next-hop", "127.0.0.1:" + std::to_string(proxy.port())}}};
    NumberedLetter letter{.sender = 0, .number = 7};  // a long one
    Told told;
};

TEST_F(EndOfData, OfAGatewayKilledBeforeItIsSaidLeavesNoMessage) {
    auto client = gateway.authenticated_client();
    begin(client);
    gateway.kill();
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(arrived(), 0U);

    start_again();
    send_again();
    EXPECT_EQ(arrived(), 1U);
    expect_none_lost("gateway killed before the end of data");
}

TEST_F(EndOfData, OfAGatewayKilledBeforeTheReplyLeavesTheMessageToBothSides) {
    auto client = gateway.authenticated_client();
    begin(client);
    proxy.set(Fault::swallows);
    EXPECT_EQ(end(client,
                  [&] {
                      wait_for_messages(1);
                      gateway.kill();
                  }),
              "")
        << "no reply at all";
    EXPECT_EQ(arrived(), 1U);

    proxy.set(Fault::none);
    start_again();
    send_again();
    EXPECT_EQ(arrived(), 2U) << "the client could not know";
    expect_none_lost("gateway killed between end of data and reply");
}

// BEHAVIOUR 1: a next hop that is lost in the transaction is 451 4.4.2, and the session goes on.
TEST_F(EndOfData, WithoutAWholeReplyIsATemporaryFailureAndTheSessionGoesOn) {
    struct Case {
        Fault fault;
        std::string_view reply;
        const char* what;
    };
    constexpr Case cases[] = {
        {Fault::closes, "250", "the next hop replies and closes"},
        {Fault::cuts, next_hop_lost, "the next hop closes in the middle of its reply"},
        {Fault::garbage, next_hop_lost, "the next hop replies something that is no SMTP"},
        {Fault::swallows, next_hop_lost, "the next hop does not reply in time"},
    };
    auto client = gateway.authenticated_client();
    std::size_t there = 0;
    for (const auto& each : cases) {
        SCOPED_TRACE(each.what);
        ++letter.number;
        begin(client);
        proxy.set(each.fault);
        const auto reply = end(client);
        EXPECT_TRUE(reply.starts_with(each.reply)) << reply << gateway.log();
        wait_for_messages(++there);
        proxy.set(Fault::none);
        if (each.reply == next_hop_lost) {
            EXPECT_TRUE(send(client).starts_with("250")) << "the same session";
            wait_for_messages(++there);
        }
    }
    EXPECT_EQ(arrived(), there);
    EXPECT_EQ(told.in_doubt(), 3U);
    expect_none_lost("no whole reply from the next hop");
}

TEST_F(EndOfData, OfAClientThatLeavesBeforeTheReplyIsTheNextHopsAllTheSame) {
    auto client = gateway.authenticated_client();
    begin(client);
    reply_slowly();
    EXPECT_EQ(end(client,
                  [&] {
                      wait_for_messages(1);
                      client.reset();
                  }),
              "");
    proxy.set(Fault::none);
    send_again();
    EXPECT_EQ(arrived(), 2U);
    expect_none_lost("client gone between end of data and reply");
}

TEST_F(EndOfData, UnderADrainGetsItsReply) {
    auto client = gateway.authenticated_client();
    begin(client);
    reply_slowly();
    const auto reply = end(client, [&] {
        wait_for_messages(1);
        gateway.drain();
    });
    EXPECT_TRUE(reply.starts_with("250")) << reply;
    EXPECT_EQ(client.command("NOOP").code, 421);
    EXPECT_EQ(gateway.process().wait(std::chrono::seconds(10)), 0) << gateway.log();
    EXPECT_EQ(arrived(), 1U);
    expect_none_lost("SIGTERM between end of data and reply");
}

constexpr std::size_t losses = 6, a_while = 100;

// By turns killed and stopped as an operator stops it.
void lose(TrustedPostfix& postfix, std::size_t turn) {
    turn % 2 == 0 ? postfix->kill() : postfix->stop();
}

TEST(NextHopLostUnderLoad, LosesNoMessageThatWasAcknowledged) {
    CountedNextHop hop(Behind::postfix);
    Gateway gateway(hop.settings());
    Senders load(gateway.port(), senders, hop.transport());
    for (std::size_t loss = 0; loss < losses; ++loss) {
        ASSERT_TRUE(load.wait_for(a_while)) << gateway.log();
        lose(hop.postfix(), loss);
        hop.postfix()->start();
    }
    ASSERT_TRUE(load.wait_for(a_while)) << gateway.log();
    const auto told = load.stop();
    expect_none_lost(told, hop.arrived(),
                     fmt::format("next hop killed or stopped {} times", losses));
    EXPECT_GT(told.refused, 0U);
    EXPECT_LE(told.in_doubt(), senders * losses);
    EXPECT_EQ(told.broken, 0U) << "the clients' sessions are none of its business";
    EXPECT_EQ(told.sent_away, 0U);
}

TEST(NextHopLostUnderLoad, OfTwoIsNoticedByTheTransactionsUnderWayOnly) {
    TemporaryDirectory directory;
    const CertificateAuthority authority(directory.path());
    TrustedPostfix first(authority, "first"), second(authority, "second");
    Gateway gateway(
        settings_with(TrustedPostfix::section(authority, {first->address(), second->address()})));
    Senders load(gateway.port(), senders, Transport::starttls);
    for (std::size_t loss = 0; loss < losses; ++loss) {
        auto& postfix = loss % 2 == 0 ? first : second;
        ASSERT_TRUE(load.wait_for(a_while)) << gateway.log();
        lose(postfix, loss / 2);
        EXPECT_TRUE(load.wait_for(a_while)) << "the other one goes on";
        postfix->start();
    }
    const auto told = load.stop();
    first->wait_until_idle();
    second->wait_until_idle();
    expect_none_lost(told, {first->mailbox("bob"), second->mailbox("bob")},
                     fmt::format("one of two next hops killed or stopped {} times", losses));
    EXPECT_LE(told.refused, senders * losses);
    EXPECT_EQ(told.broken, 0U);
    EXPECT_EQ(told.sent_away, 0U);
}

}  // namespace
}  // namespace postern::test
