// The AUTH stage as Stalwart wrote it at first, [remote."imap"] and all, before a real Dovecot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "e2e/site.hpp"
#include "support/dovecot.hpp"
#include "support/eventually.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using Clock = std::chrono::steady_clock;

// What the example leaves open: who listens, and where mail goes.
constexpr const char* rest_of_a_gateway = R"(
[server]
hostname = "mail.example.org"
[server.listener.smtp]
bind = ["127.0.0.1:${port:smtp}"]
[server.listener.submission]
bind = ["127.0.0.1:${port:submission}"]
[certificate.default]
cert = "${cert}"
private-key = "${key}"
[session.relay]
next-hop = "'drop'"
[next-hop.drop]
type = "maildir"
path = "${directory}/mail"
[log]
file = "${directory}/log"
)";

// As it stands; its server is at 192.168.4.7.
std::string example() {
    return read_file(POSTERN_SOURCE_DIR "/tests/config/fixtures/older.toml") + rest_of_a_gateway;
}

std::string asking(const Dovecot& dovecot) {
    const auto near = replaced(example(), "192.168.4.7", "127.0.0.1");
    return replaced(near, "port = 143", "port = " + std::to_string(dovecot.port()));
}

// "postern.toml:18:" of the line in which that stands.
std::string line_of(const std::string& settings, const std::string& what) {
    const auto end = settings.begin() + static_cast<std::ptrdiff_t>(settings.find(what));
    return "postern.toml:" + std::to_string(std::count(settings.begin(), end, '\n') + 1) + ":";
}

class OlderSettings : public testing::Test {
 protected:
    // AUTH PLAIN by a real client, which then sends this letter.
    Finished swaks(const std::string& password, const std::string& subject = "hello",
                   const std::string& sender = "jane@example.org") const {
        const auto file = gateway.directory() / (subject + ".eml");
        write_file(file, letter(subject));
        return run(
            {.arguments = {"swaks", "--server", "127.0.0.1:" + std::to_string(gateway.port()),
                           "--tls", "--tls-verify", "--tls-ca-path", gateway.authority().string(),
                           "--auth", "PLAIN", "--auth-user", "jane@example.org", "--auth-password",
                           password, "--from", sender, "--to", "bob@example.org", "--data",
                           "@" + file.string()}});
    }
    int auth(const std::string& login, const std::string& password) const {
        return gateway.tls_client().auth_plain(login, password).code;
    }

    Dovecot dovecot{
        {.users = {{"jane@example.org", "correct horse"}, {"joe@example.org", "open sesame"}}}};
    Gateway gateway{asking(dovecot)};
};

TEST_F(OlderSettings, ARightPasswordSendsMailAndAWrongOneDoesNot) {
    const auto right = swaks("correct horse");
    EXPECT_EQ(right.status, 0) << right.output << right.errors << gateway.log();
    EXPECT_THAT(right.output, HasSubstr(" 235 2.7.0"));
    EXPECT_THAT(gateway.maildir().wait_for_message_with("Subject: hello\n"),
                HasSubstr("Hello Bob"));
    const auto begun = Clock::now();
    const auto wrong = swaks("battery staple");
    EXPECT_THAT(wrong.output, HasSubstr(" 535 5.7.8"));
    EXPECT_GE(Clock::now() - begun, 5s) << "errors.wait of the example";
    const auto foreign = swaks("correct horse", "foreign", "joe@example.org");
    EXPECT_THAT(foreign.output, HasSubstr(" 550 5.7.1"));
    EXPECT_EQ(auth("jane@example.org", "correct horse"), 235);
    EXPECT_THAT(dovecot.log(), HasSubstr("user=<jane@example.org>"));
    EXPECT_THAT(dovecot.log(), HasSubstr("TLS")) << "tls.implicit = false is STARTTLS";
}

TEST_F(OlderSettings, AServerThatIsStoppedIsNoWrongPassword) {
    EXPECT_THAT(swaks("correct horse").output, HasSubstr(" 235 2.7.0"));
    dovecot.stop();
    EXPECT_THAT(swaks("correct horse").output, HasSubstr(" 235 2.7.0")) << "cache.ttl.positive";
    EXPECT_TRUE(eventually([&] {
        return gateway.log().find("source=\"cache\"") != std::string::npos;
    })) << gateway.log();
    EXPECT_THAT(swaks("battery staple").output, HasSubstr(" 454 4.7.0"));
    EXPECT_EQ(auth("joe@example.org", "open sesame"), 454) << "was not accepted before";
    dovecot.start();
    EXPECT_TRUE(eventually([&] { return auth("joe@example.org", "open sesame") == 235; }))
        << gateway.log();
    EXPECT_THAT(swaks("battery staple").output, HasSubstr(" 535 5.7.8"));
}

TEST_F(OlderSettings, TheListenerDecidesWhoIsAskedForAPassword) {
    auto stranger = gateway.client("smtp");
    stranger.start_tls();
    EXPECT_EQ(stranger.command("AUTH PLAIN " + plain_response("jane@example.org", "x")).code, 502);
    auto unproved = gateway.tls_client();
    EXPECT_EQ(unproved.command("MAIL FROM:<jane@example.org>").code, 530);
}

TEST_F(OlderSettings, WhoeverRunsAServerNearbyVouchesForEveryLoginWithAWarning) {
    const std::string warning =
        "config.warning - - setting=\"remote.imap.domains\" why=\"without it";
    EXPECT_THAT(gateway.log(), HasSubstr(warning));
    const auto checked = gateway.command({"check"});
    EXPECT_EQ(checked.status, 0) << checked.errors;
    EXPECT_THAT(checked.errors, HasSubstr(warning));
    EXPECT_THAT(checked.output, HasSubstr("directory  remote/imap"));
    EXPECT_EQ(auth("joe@example.net", "correct horse"), 535);
    EXPECT_THAT(dovecot.log(), HasSubstr("joe@example.net")) << "it was asked";
}

TEST(OlderExample, LoadsAsItStands) {
    const Installation installation(example());
    const auto checked = installation.command({"check"});
    EXPECT_EQ(checked.status, 0) << checked.output << checked.errors;
    EXPECT_THAT(checked.errors, HasSubstr("setting=\"remote.imap.domains\""));
}

TEST(OlderExample, AServerElsewhereMaySpeakOnlyForTheDomainsItIsToldOf) {
    for (const auto* elsewhere : {"imap.example.org", "192.0.2.7"}) {
        const auto settings = replaced(example(), "192.168.4.7", elsewhere);
        for (const auto* command : {"check", "serve"}) {
            const auto told = Installation(settings).command({command});
            EXPECT_EQ(told.status, 78) << told.output;
            EXPECT_THAT(told.errors, HasSubstr(line_of(settings, "[remote.\"imap\"]") +
                                               "1: remote.imap.domains is missing; domains = [\""
                                               "example.org\"]"));
        }
        const auto said = Installation(replaced(settings, "lookup = true",
                                                "lookup = true\ndomains = [\"example.org\"]"))
                              .command({"check"});
        EXPECT_EQ(said.status, 0) << said.errors;
        EXPECT_THAT(said.errors, Not(HasSubstr("config.warning")));
    }
}

TEST(OlderExample, MistakesInItAreToldWithTheirPlace) {
    struct Case {
        const char *what, *by, *told;
    };
    for (const auto& [what, by, told] : {
             Case{"\"remote/imap\"", "\"remote/imapp\"", "there is no directory \"remote/imapp\""},
             Case{"lookup = true", "lookup = false",
                  "remote.imap is not to be asked who may log in"},
             Case{"entries = 1000", "entries = \"many\"", "remote.imap.cache.entries is the text"},
             Case{"negative = \"1h\"", "negativ = \"1h\"", "unknown key \"negativ\""},
             Case{"implicit = false", "implicit = 0", "remote.imap.tls.implicit is the number 0"},
             Case{"timeout = \"1m\"", "timeout = 60", "a duration needs a unit"},
         }) {
        const auto settings = replaced(example(), what, by);
        const auto checked = Installation(settings).command({"check"});
        EXPECT_EQ(checked.status, 78) << by;
        EXPECT_THAT(checked.errors, HasSubstr(told));
        EXPECT_THAT(checked.errors, HasSubstr(line_of(settings, by))) << by;
    }
}

}  // namespace
}  // namespace postern::test
