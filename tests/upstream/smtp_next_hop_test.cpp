#include "upstream/smtp_next_hop.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "net/tls_context.hpp"
#include "net/within.hpp"
#include "support/certificates.hpp"
#include "support/eventually.hpp"
#include "support/scripted_server.hpp"
#include "support/temporary_directory.hpp"
#include "upstream/conversation.hpp"

namespace postern::upstream {
namespace {

using namespace test;
using namespace std::chrono_literals;

constexpr const char* ehlo_reply =
    "250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 10000000\r\n"
    "250-8BITMIME\r\n250-DSN\r\n250 ENHANCEDSTATUSCODES";

SmtpTimeouts short_timeouts() {
    SmtpTimeouts timeouts;
    timeouts.hello = timeouts.mail = timeouts.rcpt = timeouts.data = 150ms;
    timeouts.block = timeouts.message = timeouts.reset = 150ms;
    timeouts.quit = 100ms;
    return timeouts;
}

SmtpNextHopSettings plain(const std::vector<std::string>& addresses) {
    SmtpNextHopSettings settings;
    for (const auto& address : addresses) {
        settings.addresses.push_back(net::parse_host_port(address).value());
    }
    settings.starttls = StartTlsMode::never;
    settings.connect = 2s;
    return settings;
}

Script transaction() {
    return {hears("MAIL FROM:<jane@example.org>", "250 2.1.0 Ok"),
            hears("RCPT TO:<a@example.com>", "250 2.1.5 Ok"),
            hears("RCPT TO:<b@example.com>", "250 2.1.5 Ok"), hears("DATA", "354 Go ahead"),
            hears_message()};
}

Script operator+(Script left, const Script& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Script hello() {
    return {greets(), hears("EHLO gate.example.net", ehlo_reply)};
}

class SmtpNextHopTest : public testing::Test {
 protected:
    std::unique_ptr<SmtpNextHop> hop(SmtpNextHopSettings settings) {
        return std::make_unique<SmtpNextHop>("mta", std::move(settings), "gate.example.net", log);
    }

    CapturedLog log;
};

TEST_F(SmtpNextHopTest, AMessageIsStreamedAsItComesAndAcknowledgedAsTheNextHopDoes) {
    ScriptedServer server({hello() + transaction()});
    auto mta = hop(plain({server.address()}));
    const auto heard = run(deliver(*mta, {}));
    EXPECT_TRUE(heard.delivered) << heard.text();
    EXPECT_EQ(heard.replies.back(), smtp::Reply(250, "2.0.0", "Ok: queued as 4XYZ"));
    EXPECT_EQ(server.messages(),
              std::vector<std::string>{"Subject: hello\r\n\r\n..dot\r\nend\r\n"});
    EXPECT_EQ(server.surprises(), std::vector<std::string>{});
    EXPECT_EQ(server.heard().back(), "QUIT");
}

TEST_F(SmtpNextHopTest, AnEmptyMessageIsOne) {
    ScriptedServer server({hello() + transaction()});
    auto mta = hop(plain({server.address()}));
    Letter letter;
    letter.pieces = {};
    EXPECT_TRUE(run(deliver(*mta, letter)).delivered);
    EXPECT_EQ(server.messages(), std::vector<std::string>{""});
}

// Whoever waits for each reply cannot know what else is on the way.
TEST_F(SmtpNextHopTest, CommandsArePipelinedOnlyWhereThatIsOffered) {
    struct Case {
        const char* ehlo;
        std::size_t window;
    };
    for (const auto& [ehlo, window] : {Case{ehlo_reply, 3}, Case{"250 mx.example.org", 1}}) {
        ScriptedServer server(
            {{greets(), hears("EHLO", ehlo), hears("MAIL", "250 Ok"), hears("RCPT", "250 Ok"),
              hears("RCPT", "250 Ok"), hears("RSET", "250 Ok")}});
        auto mta = hop(plain({server.address()}));
        run([](NextHop& next, ScriptedServer& seen, std::size_t expected) -> net::Task<> {
            auto opened = co_await next.open(jane());
            opened.connection->mail(mail_from("jane@example.org"));
            opened.connection->rcpt(rcpt_to("a@example.com"));
            opened.connection->rcpt(rcpt_to("b@example.com"));
            for (std::size_t i = 0; i < 3; ++i) {
                EXPECT_EQ((co_await opened.connection->reply()).code, 250);
                if (i == 0 && expected == 1) EXPECT_EQ(seen.heard().size(), 2U);
                if (i == 0 && expected == 3) {
                    EXPECT_TRUE(eventually([&] { return seen.heard().size() == 4; }));
                }
            }
            co_await opened.connection->abandon();
        }(*mta, server, window));
    }
}

TEST_F(SmtpNextHopTest, AThousandRecipientsDoNotFillBothSocketsBuffers) {
    Script script = hello();
    script.push_back(hears("MAIL", "250 Ok"));
    Letter letter;
    letter.recipients.clear();
    for (int i = 0; i < 1000; ++i) {
        script.push_back(
            hears("RCPT TO:<r" + std::to_string(i) + "@", "250 " + std::string(500, 'x')));
        letter.recipients.push_back(rcpt_to("r" + std::to_string(i) + "@example.com"));
    }
    script = script + Script{hears("DATA", "354 Go"), hears_message()};
    ScriptedServer server({script});
    auto mta = hop(plain({server.address()}));
    EXPECT_TRUE(run(deliver(*mta, letter)).delivered);
}

TEST_F(SmtpNextHopTest, TheNextHopsRefusalsAreTheClients) {
    ScriptedServer server(
        {hello() + Script{hears("MAIL", "250 2.1.0 Ok"),
                          hears("RCPT", "550-5.1.1 no such\r\n550 5.1.1 user"),
                          hears("RCPT", "450 4.2.0 Greylisted"), hears("RSET", "250 2.0.0 Ok")}});
    auto mta = hop(plain({server.address()}));
    const auto heard = run(deliver(*mta, {}));
    EXPECT_EQ(heard.text(), "250 2.1.0 Ok\n550 5.1.1 no such / user\n450 4.2.0 Greylisted\n");
    EXPECT_EQ(server.heard().back(), "QUIT");
    EXPECT_EQ(server.surprises(), std::vector<std::string>{});
}

TEST_F(SmtpNextHopTest, RecipientsBehindARefusedMailAreOutOfOrderWhateverTheNextHopSays) {
    ScriptedServer server(
        {hello() + Script{hears("MAIL", "550 5.7.1 Not you"), hears("RCPT", "250 2.1.5 Ok"),
                          hears("RCPT", "554 5.5.1 Error"), hears("RSET", "250 Ok")}});
    auto mta = hop(plain({server.address()}));
    const auto heard = run(deliver(*mta, {}));
    EXPECT_EQ(heard.code(0), 550);
    EXPECT_EQ(heard.code(1), 503);
    EXPECT_EQ(heard.code(2), 503);
}

TEST_F(SmtpNextHopTest, WhatSpeaksAgainstTheGatewayIs451AndAnErrorEvent) {
    ScriptedServer server(
        {hello() + Script{hears("MAIL", "530 5.7.0 Authentication required"),
                          hears("RCPT", "503 5.5.1 nested"), hears("RCPT", "503 5.5.1 nested"),
                          hears("RSET", "250 Ok")}});
    auto mta = hop(plain({server.address()}));
    const auto heard = run(deliver(*mta, {}));
    EXPECT_EQ(heard.replies[0].code, 451);
    EXPECT_EQ(heard.replies[0].enhanced, "4.3.5");
    EXPECT_EQ(log.count("next-hop.misconfigured s1 192.0.2.1"), 1U) << log.text();
    EXPECT_EQ(log.count("530 5.7.0 Authentication required"), 1U);
}

TEST_F(SmtpNextHopTest, ARefusedDataEndsTheTransactionThere) {
    ScriptedServer server(
        {hello() + Script{hears("MAIL", "250 Ok"), hears("RCPT", "250 Ok"), hears("RCPT", "250 Ok"),
                          hears("DATA", "452 4.3.1 Full"), hears("RSET", "250 Ok")}});
    auto mta = hop(plain({server.address()}));
    const auto heard = run(deliver(*mta, {}));
    EXPECT_EQ(heard.replies.back(), smtp::Reply(452, "4.3.1", "Full"));
    EXPECT_FALSE(heard.delivered);
    EXPECT_EQ(server.surprises(), std::vector<std::string>{});
}

TEST_F(SmtpNextHopTest, SizeIsForwardedWithWhatWeAddBeforeTheMessage) {
    ScriptedServer server(
        {hello() + Script{hears("MAIL FROM:<jane@example.org> SIZE=14096", "250 Ok"),
                          hears("RCPT", "250 Ok"), hears("RCPT", "250 Ok"), hears("DATA", "354 Go"),
                          hears_message()}});
    auto mta = hop(plain({server.address()}));
    Letter letter;
    letter.mail.size = 10000;
    EXPECT_TRUE(run(deliver(*mta, letter)).delivered);
    EXPECT_EQ(server.surprises(), std::vector<std::string>{});
    EXPECT_EQ(mta->offered().size, 10000000U);
}

TEST_F(SmtpNextHopTest, WhatTheNextHopCannotCarryIsNotSent) {
    struct Case {
        const char* name;
        std::function<void(Letter&)> use;
    };
    const Case cases[] = {
        {"SMTPUTF8", [](Letter& letter) { letter.mail.smtputf8 = true; }},
        {"RET", [](Letter& letter) { letter.mail.ret = "HDRS"; }},
        {"ENVID", [](Letter& letter) { letter.mail.envid = "x1"; }},
    };
    for (const auto& each : cases) {
        ScriptedServer server({{greets(), hears("EHLO", "250-mx\r\n250 PIPELINING")}});
        auto mta = hop(plain({server.address()}));
        Letter letter;
        each.use(letter);
        const auto heard = run(deliver(*mta, letter));
        EXPECT_EQ(heard.replies[0].code, 451) << each.name;
        EXPECT_EQ(heard.replies[0].enhanced, "4.3.5") << each.name;
        EXPECT_EQ(heard.code(1), 503) << each.name;
        EXPECT_EQ(server.heard(), (std::vector<std::string>{"EHLO gate.example.net", "QUIT"}));
    }
}

TEST_F(SmtpNextHopTest, ADsnOfOneRecipientThatCannotBeCarriedStopsNoOther) {
    ScriptedServer server(
        {{greets(), hears("EHLO", "250-mx\r\n250 PIPELINING"), hears("MAIL", "250 Ok"),
          hears("RCPT TO:<b@", "250 Ok"), hears("DATA", "354 Go"), hears_message()}});
    auto mta = hop(plain({server.address()}));
    Letter letter;
    letter.recipients[0].notify = "NEVER";
    const auto heard = run(deliver(*mta, letter));
    EXPECT_EQ(heard.code(1), 451);
    EXPECT_EQ(heard.code(2), 250);
    EXPECT_TRUE(heard.delivered);
}

TEST_F(SmtpNextHopTest, AReplyInTheMiddleOfTheMessageEndsIt) {
    struct Case {
        const char* reply;
        int code;
        const char* enhanced;
    };
    const Case cases[] = {
        {"552 5.3.4 Too big", 552, "5.3.4"},
        {"421 4.3.2 Going down", 451, "4.4.2"},
        // Nobody can acknowledge what has not ended.
        {"250 2.0.0 Ok: queued as LIE", 451, "4.4.2"},
    };
    for (const auto& each : cases) {
        ScriptedServer server({hello() + Script{hears("MAIL", "250 Ok"), hears("RCPT", "250 Ok"),
                                                hears("RCPT", "250 Ok"), hears("DATA", "354 Go"),
                                                interrupts_message(5000, each.reply)}});
        auto mta = hop(plain({server.address()}));
        Letter letter;
        // More than any socket buffer: without listening this would wait for the block deadline.
        letter.pieces.assign(2000, std::string(16382, 'x') + "\r\n");
        const auto heard = run(deliver(*mta, letter));
        EXPECT_EQ(heard.replies.back().code, each.code) << each.reply;
        EXPECT_EQ(heard.replies.back().enhanced, each.enhanced);
        EXPECT_FALSE(heard.delivered);
        EXPECT_EQ(server.messages().size(), 0U);
    }
}

// To the next hop's 354.
net::Task<> begin_message(Connection& connection) {
    connection.mail(mail_from("jane@example.org"));
    connection.rcpt(rcpt_to("a@example.com"));
    connection.rcpt(rcpt_to("b@example.com"));
    for (int i = 0; i < 3; ++i)
        co_await connection.reply();
    EXPECT_EQ((co_await connection.data()).code, 354);
}

TEST_F(SmtpNextHopTest, WhatIsSaidBeforeTheEndOfDataIsNoAnswerToIt) {
    ScriptedServer server({hello() + Script{hears("MAIL", "250 Ok"), hears("RCPT", "250 Ok"),
                                            hears("RCPT", "250 Ok"), hears("DATA", "354 Go"),
                                            interrupts_message(5, "250 2.0.0 Ok: queued early")}});
    auto mta = hop(plain({server.address()}));
    const auto reply = run([](NextHop& next) -> net::Task<smtp::Reply> {
        auto opened = co_await next.open(jane());
        auto& connection = *opened.connection;
        co_await begin_message(connection);
        EXPECT_TRUE(co_await connection.write("Subject: half\r\n\r\n"));
        co_await net::sleep_for(std::chrono::milliseconds(200));  // while the client thinks
        co_return co_await connection.finish();
    }(*mta));
    EXPECT_EQ(reply.code, 451);
    EXPECT_EQ(server.messages().size(), 0U);
}

TEST_F(SmtpNextHopTest, AConnectionWithAReplyTooManyIsNotUsedAgain) {
    ScriptedServer server(
        {hello() + Script{hears("MAIL", "250 Ok"), hears("RCPT", "250 Ok"), hears("RCPT", "250 Ok"),
                          hears("RSET", "250 Ok\r\n250 Ok again")}});
    auto mta = hop(plain({server.address()}));
    run([](NextHop& next) -> net::Task<> {
        auto opened = co_await next.open(jane());
        auto& connection = *opened.connection;
        connection.mail(mail_from("jane@example.org"));
        connection.rcpt(rcpt_to("a@example.com"));
        connection.rcpt(rcpt_to("b@example.com"));
        co_await connection.reply();
        co_await connection.abandon();
        EXPECT_FALSE(connection.usable());
    }(*mta));
}

TEST_F(SmtpNextHopTest, AMessageGivenUpHasNoEndOfData) {
    ScriptedServer server({hello() + transaction()});
    auto mta = hop(plain({server.address()}));
    run([](NextHop& next) -> net::Task<> {
        auto opened = co_await next.open(jane());
        auto& connection = *opened.connection;
        co_await begin_message(connection);
        EXPECT_TRUE(co_await connection.write("Subject: half\r\n\r\n.."));
        co_await connection.abandon();
        EXPECT_FALSE(connection.usable());
    }(*mta));
    EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
    EXPECT_EQ(server.messages().size(), 0U);
}

TEST_F(SmtpNextHopTest, AConnectionThatJustGoesInTheMessageLeavesNoMessage) {
    ScriptedServer server({hello() + transaction()});
    auto mta = hop(plain({server.address()}));
    run([](NextHop& next) -> net::Task<> {
        auto opened = co_await next.open(jane());
        auto& connection = *opened.connection;
        co_await begin_message(connection);
        EXPECT_TRUE(co_await connection.write("Subject: half\r\n\r\nwhole line\r\n"));
    }(*mta));
    EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
    EXPECT_EQ(server.messages().size(), 0U);
}

TEST_F(SmtpNextHopTest, AbandonBetweenCommandsResetsAndTheConnectionStays) {
    ScriptedServer server({hello() +
                           Script{hears("MAIL", "250 Ok"), hears("RCPT", "250 Ok"),
                                  hears("RCPT", "250 Ok"), hears("RSET", "250 Ok")} +
                           transaction()});
    auto mta = hop(plain({server.address()}));
    const bool delivered = run([](NextHop& next) -> net::Task<bool> {
        auto opened = co_await next.open(jane());
        auto& connection = *opened.connection;
        connection.mail(mail_from("jane@example.org"));
        connection.rcpt(rcpt_to("a@example.com"));
        connection.rcpt(rcpt_to("b@example.com"));
        co_await connection.reply();  // two replies are still on their way
        co_await connection.abandon();
        EXPECT_TRUE(connection.usable());
        const auto heard = co_await transact(connection, {});
        co_await connection.quit();
        co_return heard.delivered;
    }(*mta));
    EXPECT_TRUE(delivered);
    EXPECT_EQ(server.surprises(), std::vector<std::string>{});
}

net::Task<std::vector<Heard>> deliver_twice(NextHop& next) {
    auto opened = co_await next.open(jane());
    std::vector<Heard> both;
    if (!opened.connection) co_return both;
    both.push_back(co_await transact(*opened.connection, {}));
    both.push_back(co_await transact(*opened.connection, {}));
    co_await opened.connection->quit();
    co_return both;
}

TEST_F(SmtpNextHopTest, AReusedConnectionThatTurnsOutClosedIsReplacedUnseen) {
    const auto first = transaction();
    const Script goodbyes[] = {
        {hears_then_closes("MAIL", "421 4.4.2 Timeout")},
        {with_misdeed({hears("MAIL", "")}, 0, Misdeed::close)},
        {with_misdeed({hears("MAIL", "")}, 0, Misdeed::close_early)},
    };
    for (const auto& goodbye : goodbyes) {
        ScriptedServer server({hello() + first + goodbye, hello() + transaction()});
        auto mta = hop(plain({server.address()}));
        const auto both = run(deliver_twice(*mta));
        ASSERT_EQ(both.size(), 2U);
        EXPECT_TRUE(both[0].delivered);
        EXPECT_TRUE(both[1].delivered) << both[1].text();
        EXPECT_EQ(server.messages().size(), 2U);
    }
    EXPECT_EQ(log.count("relay.failed"), 0U) << log.text();
}

TEST_F(SmtpNextHopTest, ItIsReplacedOnlyOnceAndOnlyBeforeAnyReply) {
    const auto first = transaction();
    const Script closes{with_misdeed({hears("MAIL", "")}, 0, Misdeed::close)};
    {
        ScriptedServer server(
            {hello() + first + closes, hello() + closes, hello() + transaction()});
        auto mta = hop(plain({server.address()}));
        const auto both = run(deliver_twice(*mta));
        EXPECT_EQ(both[1].code(0), 451);
        EXPECT_EQ(server.connections(), 2U);
    }
    ScriptedServer server({hello() + first + Script{hears("MAIL", "250 Ok")} +
                               with_misdeed({hears("RCPT", "")}, 0, Misdeed::close),
                           hello() + transaction()});
    auto mta = hop(plain({server.address()}));
    const auto both = run(deliver_twice(*mta));
    EXPECT_EQ(both[1].code(0), 250);
    EXPECT_EQ(both[1].code(1), 451);
    EXPECT_EQ(both[1].code(2), 451);
    EXPECT_EQ(server.connections(), 1U);
    EXPECT_EQ(log.count("relay.failed"), 2U) << log.text();
}

TEST_F(SmtpNextHopTest, TheNextAddressIsTriedAndTheFailingOneComesLastFromThenOn) {
    ScriptedServer refusing({{hears_then_closes("", "554 5.3.2 No")}});
    ScriptedServer good({hello() + transaction(), hello() + transaction()});
    auto mta = hop(plain({refusing.address(), good.address()}));
    EXPECT_TRUE(run(deliver(*mta, {})).delivered);
    EXPECT_TRUE(run(deliver(*mta, {})).delivered);
    EXPECT_EQ(refusing.connections(), 1U);
    EXPECT_EQ(log.count("554 5.3.2 No"), 1U) << log.text();
}

TEST_F(SmtpNextHopTest, NoAddressThatAnswersIs451) {
    std::uint16_t dead = 0;
    {
        dead = ScriptedServer(std::vector<Script>{}).port();
    }
    auto mta = hop(plain({"127.0.0.1:" + std::to_string(dead)}));
    const auto heard = run(deliver(*mta, {}));
    EXPECT_EQ(heard.replies[0].code, 451);
    EXPECT_EQ(heard.replies[0].enhanced, "4.4.1");
}

TEST_F(SmtpNextHopTest, AServerWithoutEsmtpIsRefused) {
    ScriptedServer server({{greets(), hears("EHLO", "502 5.5.1 Not here")}});
    auto mta = hop(plain({server.address()}));
    EXPECT_EQ(run(deliver(*mta, {})).replies[0].enhanced, "4.4.1");
}

TEST_F(SmtpNextHopTest, HugeRepliesAreNoReplies) {
    std::string endless;
    for (int i = 0; i < 2000; ++i)
        endless += "250-" + std::string(60, 'x') + "\r\n";
    for (const auto& reply : {std::string(100'000, '2'), endless + "250 end"}) {
        ScriptedServer server({{greets(), hears("EHLO", reply)}});
        auto mta = hop(plain({server.address()}));
        EXPECT_EQ(run(deliver(*mta, {})).replies[0].enhanced, "4.4.1");
    }
}

// ---- slots

TEST_F(SmtpNextHopTest, WhoFindsNoFreeConnectionWaitsAndIsThenRefused) {
    ScriptedServer server({hello() + transaction(), hello() + transaction()});
    auto settings = plain({server.address()});
    settings.connections = 1;
    settings.wait = 50ms;
    auto mta = hop(settings);
    run([](NextHop& next) -> net::Task<> {
        auto first = co_await next.open(jane());
        EXPECT_NE(first.connection, nullptr);
        auto second = co_await next.open(jane());
        EXPECT_EQ(second.connection, nullptr);
        EXPECT_EQ(second.refusal.code, 451);
        EXPECT_EQ(second.refusal.enhanced, "4.3.2");
        first.connection.reset();
        auto third = co_await next.open(jane());
        EXPECT_NE(third.connection, nullptr);
    }(*mta));
}

TEST_F(SmtpNextHopTest, ASlotIsHandedFromOneWorkerToAnother) {
    ScriptedServer server({hello() + transaction(), hello() + transaction()});
    auto settings = plain({server.address()});
    settings.connections = 1;
    settings.wait = 20s;
    auto mta = hop(settings);
    std::atomic<bool> waiting = false;
    Heard second;
    std::thread other;
    run([](NextHop& next, std::atomic<bool>& starts, Heard& heard,
           std::thread& thread) -> net::Task<> {
        auto first = co_await next.open(jane());
        thread = std::thread([&] {
            starts = true;
            heard = run(deliver(next, {}));
        });
        EXPECT_TRUE(eventually([&] { return starts.load(); }));
        EXPECT_TRUE((co_await transact(*first.connection, {})).delivered);
        co_await first.connection->quit();
    }(*mta, waiting, second, other));
    other.join();
    EXPECT_TRUE(second.delivered) << second.text();
}

// ---- XCLIENT

constexpr const char* ehlo_with_xclient =
    "250-mx.example.org\r\n250-PIPELINING\r\n"
    "250 XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT";

Script xclient_hello() {
    return {greets(), hears("EHLO gate.example.net", ehlo_with_xclient),
            hears("XCLIENT NAME=[UNAVAILABLE] REVERSE_NAME=[UNAVAILABLE] ADDR=192.0.2.1 PORT=51234 "
                  "PROTO=ESMTP LOGIN=jane",
                  "220 mx.example.org ESMTP"),
            hears("EHLO gate.example.net", ehlo_reply)};
}

TEST_F(SmtpNextHopTest, TheNextHopLearnsWhoTheClientIsBeforeMail) {
    ScriptedServer server({xclient_hello() + transaction()});
    auto settings = plain({server.address()});
    settings.identity = IdentityMode::xclient;
    auto mta = hop(settings);
    EXPECT_TRUE(run(deliver(*mta, {})).delivered);
    EXPECT_EQ(server.surprises(), std::vector<std::string>{});
    EXPECT_TRUE(mta->safe_for_strangers());
}

TEST_F(SmtpNextHopTest, NoMailIsEverSentWithoutIdentity) {
    const Script cases[] = {
        {greets(), hears("EHLO", ehlo_reply)},
        {greets(), hears("EHLO", "250-mx\r\n250 XCLIENT NAME ADDR PROTO HELO")},
        {greets(), hears("EHLO", "250-mx\r\n250 XCLIENT ADDR LOGIN")},
        {greets(), hears("EHLO", "250-mx\r\n250 XCLIENT NAME LOGIN")},
        {greets(), hears("EHLO", ehlo_with_xclient), hears("XCLIENT", "550 5.7.0 Not you")},
        {greets(), hears("EHLO", ehlo_with_xclient), hears("XCLIENT", "250 2.0.0 Ok")},
        {greets(), hears("EHLO", ehlo_with_xclient), hears("XCLIENT", "501 5.5.4 Bad")},
        {greets(), hears("EHLO", ehlo_with_xclient), hears("XCLIENT", "421 4.7.0 Later")},
    };
    for (const auto& script : cases) {
        ScriptedServer server({script});
        auto settings = plain({server.address()});
        settings.identity = IdentityMode::xclient;
        auto mta = hop(settings);
        const auto heard = run(deliver(*mta, {}));
        ASSERT_EQ(heard.replies.size(), 1U);
        EXPECT_EQ(heard.replies[0].code, 451);
        EXPECT_EQ(heard.replies[0].enhanced, "4.3.5");
        for (const auto& line : server.heard())
            EXPECT_FALSE(line.starts_with("MAIL")) << line;
    }
    EXPECT_EQ(log.count("next-hop.misconfigured"), std::size(cases)) << log.text();
}

// ---- the probe

net::Task<> run_until(NextHop& next, std::function<bool()> done) {
    try {
        co_await net::both(next.run(), [](std::function<bool()> is_done) -> net::Task<> {
            while (!is_done())
                co_await net::sleep_for(5ms);
            throw std::runtime_error("done");
        }(std::move(done)));
    } catch (const std::runtime_error& reason) {
        EXPECT_STREQ(reason.what(), "done");
    }
}

TEST_F(SmtpNextHopTest, BeforeTheFirstProbeEhloPromisesWhatEveryServerUnderstands) {
    auto mta = hop(plain({"127.0.0.1:1"}));
    smtp::Capabilities expected;
    expected.pipelining = expected.enhanced_status_codes = expected.eight_bit_mime = true;
    expected.size = 0;
    EXPECT_EQ(mta->offered(), expected);
}

TEST_F(SmtpNextHopTest, AProbeLearnsWhatIsOfferedAndSaysGoodbye) {
    ScriptedServer server({{greets(), hears("EHLO", "250-mx\r\n250-SMTPUTF8\r\n250 SIZE 50000")}});
    auto mta = hop(plain({server.address()}));
    run(run_until(*mta, [&] { return server.heard().size() == 2; }));
    smtp::Capabilities expected;
    expected.smtputf8 = true;
    expected.size = 50000;
    EXPECT_EQ(mta->offered(), expected);
    EXPECT_EQ(log.count("next-hop.learned"), 1U);
}

TEST_F(SmtpNextHopTest, OnlyWhatAllAddressesOfferIsPromised) {
    ScriptedServer one({{greets(), hears("EHLO", "250-a\r\n250-DSN\r\n250 SIZE 50000")}});
    ScriptedServer two(
        {{greets(), hears("EHLO", "250-b\r\n250-SMTPUTF8\r\n250-DSN\r\n250 SIZE 90000")}});
    auto mta = hop(plain({one.address(), two.address()}));
    run(run_until(*mta, [&] { return two.heard().size() == 2; }));
    EXPECT_TRUE(mta->offered().dsn);
    EXPECT_FALSE(mta->offered().smtputf8);
    EXPECT_EQ(mta->offered().size, 50000U);
}

TEST_F(SmtpNextHopTest, AFailingProbeIsReportedOnceAndItsRecoveryToo) {
    const Script refusing{hears_then_closes("", "421 4.3.2 Not now")};
    ScriptedServer server({refusing, refusing, refusing, hello()});
    auto settings = plain({server.address()});
    settings.probe = 20ms;
    auto mta = hop(settings);
    run(run_until(*mta, [&] { return server.heard().size() >= 2; }));
    EXPECT_EQ(log.count("next-hop.unreachable"), 1U) << log.text();
    EXPECT_EQ(log.count("next-hop.learned"), 1U) << log.text();
}

TEST_F(SmtpNextHopTest, AProbeSeesThatIdentityIsNotSetUp) {
    ScriptedServer server({{greets(), hears("EHLO", ehlo_reply)}});
    auto settings = plain({server.address()});
    settings.identity = IdentityMode::xclient;
    auto mta = hop(settings);
    run(run_until(*mta, [&] { return server.heard().size() == 2; }));
    EXPECT_EQ(log.count("next-hop.misconfigured"), 1U) << log.text();
}

TEST_F(SmtpNextHopTest, ATransactionThatFindsAnExtensionMissingAsksForAProbe) {
    const Script without{greets(), hears("EHLO", "250 mx")};
    ScriptedServer server({hello(), without, without});
    auto mta = hop(plain({server.address()}));
    run(run_until(*mta, [&] { return server.heard(0).size() == 2; }));
    EXPECT_TRUE(mta->offered().dsn);
    Letter letter;
    letter.mail.ret = "FULL";
    EXPECT_EQ(run(deliver(*mta, letter)).code(0), 451);
    EXPECT_FALSE(mta->offered().dsn);
}

// ---- TLS

class SmtpNextHopTls : public SmtpNextHopTest {
 protected:
    SmtpNextHopSettings secured(const ScriptedServer& server, StartTlsMode starttls) {
        auto settings = plain({server.address()});
        settings.starttls = starttls;
        settings.tls.ca = certificates.ca;
        return settings;
    }
    ScriptedServer::Tls with(const CertificateFiles& files, bool implicit = false) const {
        return {files.cert, files.key, implicit};
    }
    Heard send_over(const CertificateFiles& files,
                    const std::function<void(SmtpNextHopSettings&)>& change) {
        ScriptedServer server({starttls_hello() + transaction()}, with(files));
        auto settings = secured(server, StartTlsMode::require);
        change(settings);
        auto mta = hop(settings);
        auto heard = run(deliver(*mta, {}));
        if (!heard.delivered)
            EXPECT_EQ(server.heard().size(), 2U) << "nothing but EHLO and STARTTLS";
        return heard;
    }
    static Script starttls_hello() {
        return Script{greets(), hears("EHLO", "250-mx\r\n250-STARTTLS\r\n250 DSN"), starts_tls(),
                      hears("EHLO", ehlo_reply)};
    }

    TemporaryDirectory directory;
    TestCertificates certificates = write_test_certificates(directory.path());
};

TEST_F(SmtpNextHopTls, MailGoesOverStartTlsAndTheDialogueStartsOver) {
    const auto heard = send_over(certificates.server, [](auto&) {});
    EXPECT_TRUE(heard.delivered) << heard.text() << log.text();
}

TEST_F(SmtpNextHopTls, ImplicitTlsNeedsNoStartTls) {
    ScriptedServer server({hello() + transaction()}, with(certificates.server, true));
    auto settings = secured(server, StartTlsMode::require);
    settings.implicit_tls = true;
    auto mta = hop(settings);
    EXPECT_TRUE(run(deliver(*mta, {})).delivered) << log.text();
}

TEST_F(SmtpNextHopTls, ACertificateThatDoesNotFitStopsTheMail) {
    for (const auto& files :
         {certificates.expired, certificates.wrong_name, certificates.unknown_ca}) {
        const auto heard = send_over(files, [](auto&) {});
        ASSERT_EQ(heard.replies.size(), 1U) << files.cert;
        EXPECT_EQ(heard.replies[0].enhanced, "4.4.1");
    }
}

TEST_F(SmtpNextHopTls, TheSettingsMayNameAnotherNameOrNone) {
    const auto named = [](SmtpNextHopSettings& settings) {
        settings.tls.name = "elsewhere.example.com";
    };
    EXPECT_TRUE(send_over(certificates.wrong_name, named).delivered) << log.text();
    const auto any = [](SmtpNextHopSettings& settings) { settings.tls.allow_invalid_certs = true; };
    EXPECT_TRUE(send_over(certificates.unknown_ca, any).delivered) << log.text();
}

TEST_F(SmtpNextHopTls, WithoutAnOfferOfStartTlsRequireSendsNothingAndOptionalSendsInTheClear) {
    {
        ScriptedServer server({hello() + transaction()});
        auto mta = hop(secured(server, StartTlsMode::require));
        EXPECT_EQ(run(deliver(*mta, {})).replies[0].enhanced, "4.4.1");
        EXPECT_EQ(server.heard(), std::vector<std::string>{"EHLO gate.example.net"});
    }
    ScriptedServer server({hello() + transaction()});
    auto mta = hop(secured(server, StartTlsMode::optional));
    EXPECT_TRUE(run(deliver(*mta, {})).delivered);
}

TEST_F(SmtpNextHopTls, AFailedHandshakeIsNoReasonToGoOnInTheClear) {
    ScriptedServer server({starttls_hello() + transaction()}, with(certificates.unknown_ca));
    auto mta = hop(secured(server, StartTlsMode::optional));
    EXPECT_EQ(run(deliver(*mta, {})).replies[0].enhanced, "4.4.1");
    EXPECT_EQ(server.heard().size(), 2U);
}

TEST_F(SmtpNextHopTls, ARefusedStartTlsIsNoReasonToGoOnInTheClear) {
    for (const auto wanted : {StartTlsMode::require, StartTlsMode::optional}) {
        ScriptedServer server({{greets(), hears("EHLO", "250-mx\r\n250 STARTTLS"),
                                hears("STARTTLS", "454 4.7.0 TLS not available")}});
        auto mta = hop(secured(server, wanted));
        EXPECT_EQ(run(deliver(*mta, {})).replies[0].enhanced, "4.4.1");
        EXPECT_EQ(server.heard().size(), 2U);
    }
}

// CVE-2011-0411, the other way round: a reply in the clear must not be taken for one over TLS.
TEST_F(SmtpNextHopTls, OctetsBehindStartTlsAreAnInjection) {
    ScriptedServer server({{greets(), hears("EHLO", "250-mx\r\n250 STARTTLS"),
                            starts_tls("220 Ready\r\n250-mx\r\n250 XCLIENT NAME ADDR LOGIN"),
                            hears("EHLO", ehlo_reply)}},
                          with(certificates.server));
    auto mta = hop(secured(server, StartTlsMode::require));
    EXPECT_EQ(run(deliver(*mta, {})).replies[0].enhanced, "4.4.1");
    EXPECT_EQ(log.count("injection"), 1U) << log.text();
    EXPECT_EQ(server.heard().size(), 2U);
}

// ---- every transcript again, with the next hop misbehaving at every step

struct Transcript {
    const char* name;
    Script script;
    IdentityMode identity = IdentityMode::none;
    StartTlsMode starttls = StartTlsMode::never;
    std::size_t transactions = 1;
};

class SmtpNextHopFaults : public SmtpNextHopTls {
 protected:
    SmtpNextHopSettings settings_for(const Transcript& transcript, const ScriptedServer& server) {
        auto settings = secured(server, transcript.starttls);
        settings.identity = transcript.identity;
        settings.timeouts = short_timeouts();
        settings.connections = 1;
        settings.wait = 0ms;
        return settings;
    }

    std::vector<Transcript> transcripts() const {
        const Script one_by_one{greets(), hears("EHLO", "250 mx")};
        const Script last = transaction() + Script{hears_then_closes("QUIT", "221 2.0.0 Bye")};
        return {
            {"pipelined", hello() + last},
            {"one by one", one_by_one + last},
            {"XCLIENT", xclient_hello() + last, IdentityMode::xclient},
            {"STARTTLS", starttls_hello() + last, IdentityMode::none, StartTlsMode::require},
            {"twice", hello() + transaction() + last, IdentityMode::none, StartTlsMode::never, 2}};
    }

    // What holds whatever the next hop does at step `i`: the client hears the script's own replies
    // or 4xx (503 behind a MAIL that had one), nothing is acknowledged that was not, and the next
    // mail goes through.
    void check(const Transcript& transcript, std::size_t i, Misdeed misdeed) {
        const auto faulty = with_misdeed(transcript.script, i, misdeed);
        const auto tls = transcript.starttls == StartTlsMode::require
                             ? std::optional(with(certificates.server))
                             : std::nullopt;
        // The third is for a connection that was replaced.
        ScriptedServer server({faulty, transcript.script, transcript.script}, tls);
        auto mta = hop(settings_for(transcript, server));
        std::vector<Heard> all;
        if (transcript.transactions == 2)
            all = run(deliver_twice(*mta));
        else
            all.push_back(run(deliver(*mta, {})));
        std::size_t delivered = 0;
        for (const auto& heard : all) {
            for (const auto& reply : heard.replies) {
                const bool good = reply.code == 250 || reply.code == 251;
                EXPECT_TRUE(good || reply.transient() || reply.code == 503) << heard.text();
            }
            delivered += heard.delivered ? 1 : 0;
        }
        EXPECT_LE(delivered, server.acknowledged());
        EXPECT_TRUE(eventually([&] { return server.open() == 0; })) << "a connection is left open";
        // A busy machine may miss a deadline of these tests; a slot that is lost never comes back.
        EXPECT_TRUE(eventually([&] { return run(deliver(*mta, {})).delivered; }))
            << "the slot was lost";
    }
};

TEST_F(SmtpNextHopFaults, TheTranscriptsThemselvesAreGood) {
    for (const auto& transcript : transcripts()) {
        SCOPED_TRACE(transcript.name);
        const auto tls = transcript.starttls == StartTlsMode::require
                             ? std::optional(with(certificates.server))
                             : std::nullopt;
        ScriptedServer server({transcript.script}, tls);
        auto mta = hop(settings_for(transcript, server));
        if (transcript.transactions == 2) {
            for (const auto& heard : run(deliver_twice(*mta)))
                EXPECT_TRUE(heard.delivered);
        } else {
            EXPECT_TRUE(run(deliver(*mta, {})).delivered);
        }
        EXPECT_EQ(server.surprises(), std::vector<std::string>{});
    }
}

TEST_F(SmtpNextHopFaults, WhateverTheNextHopDoesAtAnyStepNothingIsLostOrInvented) {
    for (const auto& transcript : transcripts()) {
        for (std::size_t i = 0; i < transcript.script.size(); ++i) {
            for (const auto misdeed :
                 {Misdeed::close, Misdeed::close_early, Misdeed::stall, Misdeed::garbage}) {
                SCOPED_TRACE(std::string(transcript.name) + ", step " + std::to_string(i) +
                             ", misdeed " + std::to_string(static_cast<int>(misdeed)));
                check(transcript, i, misdeed);
            }
        }
    }
}

}  // namespace
}  // namespace postern::upstream
