// Clients that are broken or hostile, at the socket of the built gateway: each gets its answer or
// its end, and everybody else is served meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/site.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Faults : public AnySite {
 protected:
    // The gateway is alive and serves somebody else.
    void TearDown() override {
        auto client = gateway().authenticated_client();
        EXPECT_EQ(client.command("NOOP").code, 250);
    }

    SmtpClient in_data() {
        auto client = gateway().authenticated_client();
        const auto replies =
            client.pipeline({"MAIL FROM:<jane@example.org>", "RCPT TO:<bob@example.org>", "DATA"});
        EXPECT_EQ(replies.back().code, 354) << replies.back().text();
        return client;
    }

    void expect_nothing_arrived() {
        if (GetParam() == Behind::postfix) site().postfix().wait_until_idle();
        EXPECT_TRUE(site().inbox().files().empty());
        site().inbox().clear();
    }
};

TEST_P(Faults, ALineOverItsLimitIsRefusedAndTheSessionGoesOn) {
    auto client = gateway().client();
    client.greet();
    EXPECT_THAT(client.command("NOOP " + std::string(3000, 'x')).text(), StartsWith("500 5.5.2"));
    EXPECT_THAT(client.command("NOOP " + std::string(100'000, 'x')).text(),
                StartsWith("500 5.5.2"));
    EXPECT_EQ(client.command("NOOP").code, 250);
}

TEST_P(Faults, ALineOfTenMebioctetsCostsNoMemory) {
    auto client = gateway().client();
    client.greet();
    const auto before = usage(gateway().pid()).resident;
    const std::string piece(1024 * 1024, 'x');
    try {
        for (int i = 0; i < 10; ++i)
            client.send(piece);
        client.send("\r\n");
        EXPECT_THAT(client.read_reply().text(), StartsWith("500 5.5.2"));
    } catch (const SmtpClient::Closed&) {
        // nobody has to listen to the end of it
    }
    if (!sanitized) EXPECT_LT(usage(gateway().pid()).resident, before + 4 * 1024 * 1024);
}

TEST_P(Faults, AnAuthLineOverItsLimit) {
    const std::string response(12'300, 'A');
    auto client = gateway().tls_client();
    EXPECT_THAT(client.command("AUTH PLAIN " + response).text(), StartsWith("500 5.5.6"));
    EXPECT_EQ(client.command("AUTH LOGIN").code, 334);
    EXPECT_THAT(client.command(response).text(), StartsWith("500 5.5.6"));
    EXPECT_THAT(client.auth_plain("jane", jane_password).text(), StartsWith("235"));
}

TEST_P(Faults, SaslThatIsNone) {
    const std::vector<std::string> responses{"====",
                                             "AGphbmU",
                                             "AGphbmU=\x80",
                                             base64("jane"),
                                             base64("\0jane"s),
                                             base64("\0\0secret"s),
                                             base64("\0jane\0"s),
                                             base64("\0jane\0a\0b"s),
                                             base64("\0jane\0\xff\xfe"s)};
    for (const auto& response : responses) {
        auto client = gateway().tls_client();
        EXPECT_THAT(client.command("AUTH PLAIN " + response).text(), StartsWith("501 5.5.2"))
            << response;
    }
}

TEST_P(Faults, OctetsThatBelongInNoCommand) {
    for (const auto& line :
         {"NO\0OP"s, "NOOP\0"s, "\x80\xff"s, "EHLO \x01"s, "\0\0\0\0"s,
          "MAIL FROM:<j\xe4ne@example.org>"s, "NOOP\rNOOP"s, "\x16\x03\x01\x02"s}) {
        auto client = gateway().client();
        client.greet();
        EXPECT_EQ(client.command(line).code / 100, 5) << line;
    }
}

TEST_P(Faults, ABareLineFeedMakesNoCommand) {
    auto client = gateway().authenticated_client();
    client.send("MAIL FROM:<jane@example.org>\nRCPT TO:<bob@example.org>\r\n");
    EXPECT_EQ(client.read_reply().code / 100, 5);
    EXPECT_THAT(client.command("DATA").text(), StartsWith("503")) << "there is no transaction";
}

TEST_P(Faults, TooManyBadCommandsEndTheSession) {
    auto client = gateway().client();
    client.greet();
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(client.command("BAD").code, 500) << i;
    EXPECT_THAT(client.read_reply().text(), StartsWith("421 4.7.0"));
    EXPECT_TRUE(client.is_closed());
}

TEST_P(Faults, PipelinedGarbageEndsTheSession) {
    auto client = gateway().client();
    client.greet();
    std::string garbage;
    for (int i = 0; i < 5000; ++i)
        garbage += "\x01\x02 garbage \xfe\r\n";
    try {
        client.send(garbage);
        client.half_close();
    } catch (const SmtpClient::Closed&) {
    } catch (const std::system_error&) {
    }
    EXPECT_TRUE(client.is_closed());
}

TEST_P(Faults, HttpIsShownTheDoor) {
    auto client = gateway().client();
    client.send(
        "POST / HTTP/1.1\r\nHost: mail.example.org\r\n\r\nMAIL FROM:<jane@example.org>\r\n");
    const auto answers = client.drain(5s);
    EXPECT_THAT(answers, HasSubstr("421 "));
    EXPECT_THAT(answers, ::testing::Not(HasSubstr("530")));
}

// RFC 3207 4: what stands behind STARTTLS in the clear must not be heard under TLS.
TEST_P(Faults, PlainTextBehindStartTlsIsAnInjection) {
    auto client = gateway().client();
    client.greet();
    client.send("STARTTLS\r\nEHLO evil.example\r\n");
    EXPECT_THAT(client.read_reply().text(), StartsWith("554 5.5.0"));
    EXPECT_TRUE(client.is_closed());
}

TEST_P(Faults, StartTlsTwice) {
    auto client = gateway().tls_client();
    EXPECT_EQ(client.command("STARTTLS").code / 100, 5);
    EXPECT_EQ(client.command("NOOP").code, 250);
}

TEST_P(Faults, AHandshakeThatIsNone) {
    auto client = gateway().client();
    client.greet();
    EXPECT_EQ(client.command("STARTTLS").code, 220);
    client.send("EHLO in the clear\r\n");
    EXPECT_TRUE(client.is_closed());

    auto implicit = gateway().client("submissions");
    implicit.send("EHLO in the clear\r\n");
    EXPECT_TRUE(implicit.is_closed());
}

TEST_P(Faults, StartTlsForgetsWhatWasSaidBefore) {
    auto client = gateway().client();
    client.greet();
    EXPECT_EQ(client.command("STARTTLS").code, 220);
    client.handshake();
    EXPECT_THAT(client.auth_plain("jane", jane_password).text(), StartsWith("503 5.5.1"));
}

TEST_P(Faults, AHalfClosedClientStillGetsItsReplies) {
    auto client = gateway().client();
    client.read_reply();
    client.send("EHLO client.example\r\nNOOP\r\nRSET\r\n");
    client.half_close();
    const auto answers = client.drain(10s);
    EXPECT_THAT(answers, HasSubstr("250 2.0.0"));
    EXPECT_GE(std::count(answers.begin(), answers.end(), '\n'), 3) << answers;
    EXPECT_TRUE(client.is_closed());
}

TEST_P(Faults, ClientsThatReadNothingDisturbNobody) {
    std::vector<std::unique_ptr<SmtpClient>> deaf;
    std::string lines;
    for (int i = 0; i < 2000; ++i)
        lines += "HELP\r\n";
    for (int i = 0; i < 8; ++i) {
        deaf.push_back(std::make_unique<SmtpClient>(gateway().port(), 300ms, 2048));
        deaf.back()->greet();
        try {
            for (int round = 0; round < 50; ++round)
                deaf.back()->send(lines);
        } catch (const SmtpClient::TimedOut&) {
            // the gateway has stopped reading, as it should
        }
    }
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 10; ++i)
        gateway().authenticated_client();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST_P(Faults, ClientsThatComeAndGoDisturbNobody) {
    for (int i = 0; i < 200; ++i) {
        auto client = gateway().client();
        if (i % 3 == 0) client.send("EHLO client.exa");
        if (i % 2 == 0) client.reset();
    }
    for (int i = 0; i < 30; ++i) {
        auto client = gateway().client("submissions");
        client.send("\x16\x03\x01\x02\x00\x01");  // a client hello that never goes on
        if (i % 2 == 0) client.reset();
    }
}

TEST_P(Faults, AHeaderWithoutEndIsRefused) {
    auto client = in_data();
    std::string fields;
    for (int i = 0; i < 3000; ++i)
        fields += "X-Field-" + std::to_string(i) + ": " + std::string(60, 'x') + "\r\n";
    client.send(fields + "\r\nbody\r\n.\r\n");
    EXPECT_THAT(client.read_reply().text(), StartsWith("552 5.3.4"));
    expect_nothing_arrived();
}

TEST_P(Faults, OneOctetAtATimeIsAsGoodAsAnyOtherWay) {
    auto client = gateway().authenticated_client();
    const auto message = letter("slowly");
    const auto all = "MAIL FROM:<jane@example.org>\r\nRCPT TO:<bob@example.org>\r\n"s;
    for (const char c : all)
        client.send({&c, 1});
    EXPECT_EQ(client.read_reply().code, 250);
    EXPECT_EQ(client.read_reply().code, 250);
    EXPECT_EQ(client.command("DATA").code, 354);
    for (const char c : on_the_wire(message))
        client.send({&c, 1});
    EXPECT_EQ(client.read_reply().code, 250);
    EXPECT_EQ(without_trace(unix_lines(site().inbox().wait_for(1).front())), message);
    site().inbox().clear();
}

FOR_BOTH_NEXT_HOPS(Faults);

}  // namespace
}  // namespace postern::test
