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
    EXPECT_LT(usage(gateway().pid()).resident, before + 4 * 1024 * 1024);
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

// BEHAVIOUR 1: bare CR or LF, NUL anywhere: 550 5.6.0, and nothing arrives.
struct BadBody {
    std::string name, octets;
};

class BadBodies : public ::testing::TestWithParam<std::tuple<Behind, BadBody>> {
 protected:
    static void TearDownTestSuite() { sites.clear(); }
    static inline std::map<Behind, std::unique_ptr<Site>> sites;
};

TEST_P(BadBodies, AreRefusedAndNeverArrive) {
    const auto& [behind, body] = GetParam();
    auto& site = sites[behind];
    if (!site) site = std::make_unique<Site>(behind);
    auto client = site->gateway().authenticated_client();
    const auto replies =
        client.pipeline({"MAIL FROM:<jane@example.org>", "RCPT TO:<bob@example.org>", "DATA"});
    ASSERT_EQ(replies.back().code, 354);
    client.send(body.octets + "\r\n.\r\n");
    EXPECT_THAT(client.read_reply().text(), StartsWith("550 5.6.0"));
    EXPECT_EQ(client.command("NOOP").code, 250) << "one reply and no more";
    if (behind == Behind::postfix) site->postfix().wait_until_idle();
    EXPECT_TRUE(site->inbox().files().empty());
    site->inbox().clear();
}

const std::string header = "From: jane@example.org\r\nSubject: x\r\n";

std::string lines_of(std::size_t octets) {
    std::string result;
    while (result.size() < octets)
        result += std::string(78, 'x') + "\r\n";
    return result;
}

INSTANTIATE_TEST_SUITE_P(
    Everywhere, BadBodies,
    ::testing::Combine(
        ::testing::Values(Behind::maildir, Behind::postfix),
        ::testing::Values(BadBody{"BareLfInHeader", "From: jane@example.org\nSubject: x\r\n\r\nx"},
                          BadBody{"BareCrInHeader", "From: jane@example.org\rSubject: x\r\n\r\nx"},
                          BadBody{"NulInHeader",
                                  "From: jane@example.org\r\nSubject: \0x\r\n\r\nx"s},
                          BadBody{"BareLfInBody", header + "\r\nx\nx"},
                          BadBody{"BareCrInBody", header + "\r\nx\rx"},
                          BadBody{"NulInBody", header + "\r\nx\0x"s},
                          // smuggling: what some servers take for an end of data
                          BadBody{"LfDotLf", header + "\r\nx\n.\nMAIL FROM:<jane@example.org>"},
                          BadBody{"LfDotCrLf", header + "\r\nx\n.\r\nMAIL FROM:<jane@example.org>"},
                          BadBody{"CrLfDotLf", header + "\r\nx\r\n.\nMAIL FROM:<jane@example.org>"},
                          BadBody{"CrDotCr", header + "\r\nx\r.\rMAIL FROM:<jane@example.org>"},
                          BadBody{"CrLfDotCr", header + "\r\nx\r\n.\rMAIL FROM:<jane@example.org>"},
                          // late: the next hop has most of it by then
                          BadBody{"BareLfLate", header + "\r\n" + lines_of(500'000) + "x\nx"},
                          BadBody{"NulLate", header + "\r\n" + lines_of(500'000) + "\0"s})),
    [](const auto& info) {
        return to_string(std::get<0>(info.param)) + std::get<1>(info.param).name;
    });

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
