// Whoever has not authenticated reaches nobody outside, with a Postfix behind that relays
// everything the gateway hands it (postfix_fixture_test shows that it does).
#include <gtest/gtest.h>

#include "support/gateway.hpp"
#include "support/postfix.hpp"

namespace postern::test {
namespace {

// One more listener, `smtp`, where mail for example.org is taken without AUTH.
std::string settings() {
    auto text = replaced(relay_settings(), "identity = \"none\"", "identity = \"xclient\"");
    text = replaced(text, "require = true",
                    "require = [ { if = \"listener == 'smtp'\", then = false }, { else = true } ]");
    return text + R"(
[server.listener.smtp]
bind = ["127.0.0.1:${port:smtp}"]
[session.rcpt]
local-domains = ["example.org"]
)";
}

class OpenRelay : public ::testing::Test {
 protected:
    static void SetUpTestSuite() {
        postfix = new Postfix;
        gateway = new Gateway(settings(), {{"next-hop", postfix->address()}});
    }
    static void TearDownTestSuite() {
        delete std::exchange(gateway, nullptr);
        delete std::exchange(postfix, nullptr);
    }
    void SetUp() override { postfix->mailbox("bob").clear(); }
    void TearDown() override {
        postfix->wait_until_idle();
        EXPECT_TRUE(postfix->outside().files().empty())
            << postfix->outside().messages().front() << postfix->log();
        postfix->outside().clear();
    }

    // Goes on with the transaction as if every refusal had been an acceptance.
    static void insist(SmtpClient& client, const std::string& sender, const std::string& recipient,
                       const std::string& author = "someone@outside.example") {
        client.command("MAIL FROM:" + sender);
        client.command("RCPT TO:" + recipient);
        if (client.command("DATA").code != 354) return;
        client.command("From: " + author + "\r\nSubject: relayed\r\n\r\nrelayed\r\n.");
    }

    static inline Postfix* postfix = nullptr;
    static inline Gateway* gateway = nullptr;
};

const std::vector<std::string> senders{
    "<spammer@outside.example>", "<>",           "<bob@example.org>",
    "<jane@example.org>",        "<postmaster>", "<MAILER-DAEMON>"};

// Each names a mailbox outside for some reading of it.
const std::vector<std::string> recipients{
    "<victim@outside.example>",
    "<victim%outside.example@example.org>",
    "<victim%outside.example>",
    "<outside.example!victim@example.org>",
    "<outside.example!victim>",
    "<\"victim@outside.example\"@example.org>",
    "<\"victim%outside.example\"@example.org>",
    "<\"outside.example!victim\"@example.org>",
    "<\"victim@outside.example\">",
    "<victim\\@outside.example@example.org>",
    "<\"victim\\@outside.example\"@example.org>",
    "<victim@outside.example@example.org>",
    "<@example.org:victim@outside.example>",
    "<@outside.example:bob@example.org>",
    "<@example.org,@example.org:victim@outside.example>",
    "<@example.org:victim%outside.example@example.org>",
    "<bob@example.org,victim@outside.example>",
    "<bob@example.org> <victim@outside.example>",
    "<bob@example.org>,<victim@outside.example>",
    "<bob@example.org\t>ORCPT=rfc822;victim@outside.example",
    "victim@outside.example",
    "<victim@[127.0.0.1]>",
    "<victim@outside.example.>",
    "<victim@outside.example\x01@example.org>",
    "<victim@example.org.outside.example>",
    "<victim@sub.example.org>",
    "<\"bob\"@outside.example>",
    "<\"victim\" @outside.example>",
    "<\"\\v\\i\\c\\t\\i\\m%outside.example\"@example.org>",
    "<victim+%outside.example@example.org>",
    "<victim%outside.example%example.org@example.org>",
    "<:victim@outside.example>",
    "<\"@example.org:victim@outside.example\"@example.org>",
};

enum class Opening { ehlo, helo, nothing, tls };

std::string opening_name(const ::testing::TestParamInfo<std::tuple<std::string, Opening>>& info) {
    constexpr const char* names[] = {"Ehlo", "Helo", "Nothing", "Tls"};
    return std::get<0>(info.param) + names[static_cast<int>(std::get<1>(info.param))];
}

class Strangers : public OpenRelay,
                  public ::testing::WithParamInterface<std::tuple<std::string, Opening>> {
 protected:
    SmtpClient stranger() {
        auto client = gateway->client(std::get<0>(GetParam()));
        switch (std::get<1>(GetParam())) {
            case Opening::ehlo:
                client.greet();
                break;
            case Opening::helo:
                client.read_reply();
                client.command("HELO client.example");
                break;
            case Opening::nothing:
                client.read_reply();
                break;
            case Opening::tls:
                client.start_tls();
                break;
        }
        return client;
    }
};

TEST_P(Strangers, ReachNobodyOutside) {
    for (const auto& sender : senders) {
        for (const auto& recipient : recipients) {
            SCOPED_TRACE(sender + " -> " + recipient);
            try {
                auto client = stranger();
                insist(client, sender, recipient);
            } catch (const SmtpClient::Closed&) {
                // that is an answer as well
            } catch (const std::exception& failure) {
                ADD_FAILURE() << failure.what();
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(OnBothListeners, Strangers,
                         ::testing::Combine(::testing::Values("submission", "smtp"),
                                            ::testing::Values(Opening::ehlo, Opening::helo,
                                                              Opening::nothing, Opening::tls)),
                         opening_name);

TEST_F(OpenRelay, MailForALocalDomainIsTakenWhereAuthIsNotRequired) {
    auto client = gateway->client("smtp");
    client.greet();
    insist(client, "<friend@outside.example>", "<bob@example.org>");
    EXPECT_EQ(postfix->mailbox("bob").wait_for(1).size(), 1u);
}

TEST_F(OpenRelay, ButNotFromASenderOfThatDomain) {
    auto client = gateway->client("smtp");
    client.greet();
    insist(client, "<jane@example.org>", "<bob@example.org>");
    insist(client, "<JANE@EXAMPLE.ORG>", "<bob@example.org>");
    postfix->wait_until_idle();
    EXPECT_TRUE(postfix->mailbox("bob").files().empty());
}

TEST_F(OpenRelay, ARefusedRecipientDoesNotRideOnAnAcceptedOne) {
    auto client = gateway->client("smtp");
    client.greet();
    const auto replies =
        client.pipeline({"MAIL FROM:<friend@outside.example>", "RCPT TO:<bob@example.org>",
                         "RCPT TO:<victim@outside.example>", "DATA"});
    EXPECT_EQ(replies[1].code, 250);
    EXPECT_TRUE(replies[2].text().starts_with("550 5.7.1")) << replies[2].text();
    ASSERT_EQ(replies[3].code, 354);
    EXPECT_EQ(client.command("From: friend@outside.example\r\nSubject: ride\r\n\r\nx\r\n.").code,
              250);
    EXPECT_EQ(postfix->mailbox("bob").wait_for(1).size(), 1u);
}

// What comes before the transaction, in the hope that the gateway takes it for an authentication.
class Pretenders : public OpenRelay, public ::testing::WithParamInterface<const char*> {};

TEST_P(Pretenders, ReachNobodyOutside) {
    auto client = gateway->client(GetParam());
    client.start_tls();
    const auto wrong = "AUTH PLAIN " + plain_response("jane", "wrong");

    EXPECT_EQ(client.command(wrong).code, 535);
    client.command("RSET");
    insist(client, "<jane@example.org>", "<victim@outside.example>");

    // Pipelined behind the failing AUTH, in one write.
    client.send(wrong +
                "\r\nMAIL FROM:<jane@example.org>\r\nRCPT TO:<victim@outside.example>\r\nDATA\r\n"
                "From: jane@example.org\r\nSubject: behind\r\n\r\nbehind\r\n.\r\nQUIT\r\n");
    client.drain(std::chrono::seconds(3));

    auto again = gateway->client(GetParam());
    again.start_tls();
    again.send(
        "AUTH PLAIN\r\n*\r\nMAIL FROM:<jane@example.org>\r\nRCPT "
        "TO:<victim@outside.example>\r\nDATA\r\n\r\n.\r\nQUIT\r\n");
    again.drain(std::chrono::seconds(3));
}

TEST_P(Pretenders, StartTlsInTheMiddleOfATransactionKeepsNothingOfIt) {
    auto client = gateway->client(GetParam());
    client.greet();
    client.command("MAIL FROM:<friend@outside.example>");
    client.command("RCPT TO:<bob@example.org>");
    const auto reply = client.command("STARTTLS");
    if (reply.code == 220) {
        client.handshake();
        EXPECT_EQ(client.command("RCPT TO:<victim@outside.example>").code, 503);
        EXPECT_EQ(client.command("DATA").code, 503);
        client.command("EHLO client.example");
    }
    insist(client, "<friend@outside.example>", "<victim@outside.example>");
}

TEST_P(Pretenders, AnAuthParameterIsNoAuthentication) {
    auto client = gateway->client(GetParam());
    client.start_tls();
    insist(client, "<friend@outside.example> AUTH=jane@example.org", "<victim@outside.example>");
    insist(client, "<friend@outside.example> AUTH=<>", "<victim@outside.example>");
    client.command("XCLIENT LOGIN=jane");
    insist(client, "<jane@example.org>", "<victim@outside.example>");
}

INSTANTIATE_TEST_SUITE_P(OnBothListeners, Pretenders, ::testing::Values("submission", "smtp"));

TEST_F(OpenRelay, PlainTextAuthenticationIsNone) {
    auto client = gateway->client("smtp");
    client.greet();
    EXPECT_NE(client.auth_plain("jane", jane_password).code, 235);
    insist(client, "<jane@example.org>", "<victim@outside.example>");
}

}  // namespace

// The other side of it: with AUTH the same mail does go out.
class AuthenticatedRelay : public OpenRelay {
 protected:
    void TearDown() override {}
};

TEST_F(AuthenticatedRelay, ReachesTheOutsideWithItsLogin) {
    auto client = gateway->authenticated_client();
    insist(client, "<jane@example.org>", "<victim@outside.example>", "jane@example.org");
    EXPECT_EQ(postfix->outside().wait_for(1).size(), 1u);
    EXPECT_TRUE(postfix->logs("sasl_method=XCLIENT, sasl_username=jane")) << postfix->log();
    postfix->outside().clear();
}

}  // namespace postern::test
