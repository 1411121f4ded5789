// The built gateway before a real OpenLDAP: what its users hear, on a good day and on a bad one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/slapd.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Listener `submission` asks the LDAP server, listener `printers` the accounts in the file.
std::string two_directories(const Slapd& slapd) {
    return R"(
[server]
hostname = "mail.example.org"
http.bind = ["127.0.0.1:${port:http}"]
[server.listener.submission]
bind = ["127.0.0.1:${port:submission}"]
[server.listener.printers]
bind = ["127.0.0.1:${port:printers}"]
[certificate.default]
cert = "${cert}"
private-key = "${key}"
[session.auth]
directory = [ { if = "listener == 'printers'", then = "'people'" }, { else = "'corp'" } ]
allow-plain-text = true
errors.wait = "100ms"
[session.relay]
next-hop = "'drop'"
[next-hop.drop]
type = "maildir"
path = "${directory}/mail"
[log]
file = "${directory}/log"
[directory.people]
type = "memory"
[[directory.people.principals]]
name = "printer"
secret = "toner"
email = ["printer@example.org"]
[directory.corp]
type = "ldap"
url = ")" + slapd.url() +
           "\"\nbase-dn = \"" + Slapd::base() + R"toml("
timeout = "2s"
filter.name = "(|(uid=?)(mail=?))"
attributes.email-alias = "mailAlias"
bind.auth.method = "lookup"
bind.dn = ")toml" +
           Slapd::service_dn() + "\"\nbind.secret = \"" + std::string(Slapd::service_password) +
           "\"\n";
}

class LdapDirectory : public testing::Test {
 protected:
    Slapd slapd{{.log = "none"}};
    Gateway gateway{two_directories(slapd)};

    SmtpClient client(const std::string& listener = "submission") {
        auto client = gateway.client(listener);
        client.greet();
        return client;
    }
    int auth(const std::string& password) { return client().auth_plain("jane", password).code; }
};

TEST_F(LdapDirectory, TheAliasesOfTheEntryDecideWhoSheMayBe) {
    auto jane = client();
    ASSERT_EQ(jane.auth_plain("jane@example.org", jane_password).code, 235);
    for (const auto* sender : {"jane@example.org", "jane.doe@example.org", "JANE@example.org",
                               "anything@jane.example", "jane+list@example.org"}) {
        EXPECT_EQ(jane.command("MAIL FROM:<" + std::string(sender) + ">").code, 250) << sender;
        EXPECT_EQ(jane.command("RSET").code, 250);
    }
    for (const auto* sender : {"joe@example.org", "jane@example.com", "info@example.org"})
        EXPECT_EQ(jane.command("MAIL FROM:<" + std::string(sender) + ">").code, 550) << sender;
}

TEST_F(LdapDirectory, ADirectoryThatIsDownIsNoWrongPassword) {
    EXPECT_EQ(auth(std::string(jane_password)), 235);
    EXPECT_EQ(auth("wrong"), 535);
    slapd.kill();
    EXPECT_EQ(auth(std::string(jane_password)), 454);
    EXPECT_EQ(auth("wrong"), 454);
    slapd.start();
    EXPECT_TRUE(eventually([&] { return auth(std::string(jane_password)) == 235; }));
    EXPECT_EQ(auth("wrong"), 535);
}

TEST_F(LdapDirectory, ItsTroubleSlowsNobodyElse) {
    const auto slowest_login = [&] {
        auto slowest = 0ms;
        for (int i = 0; i < 50; ++i) {
            auto printer = client("printers");
            const auto begun = Clock::now();
            EXPECT_EQ(printer.auth_plain("printer", "toner").code, 235);
            slowest = std::max(slowest, std::chrono::duration_cast<std::chrono::milliseconds>(
                                            Clock::now() - begun));
        }
        return slowest;
    };
    const auto before = slowest_login();
    slapd.suspend();
    std::vector<std::thread> stuck;
    for (int i = 0; i < 40; ++i)
        stuck.emplace_back([&] { EXPECT_EQ(auth(std::string(jane_password)), 454); });
    const auto meanwhile = slowest_login();
    for (auto& each : stuck)
        each.join();
    slapd.resume();
    EXPECT_LT(meanwhile, before + 500ms) << "the directory's own deadline is 2 s";
    RecordProperty("slowest_ms_before", static_cast<int>(before.count()));
    RecordProperty("slowest_ms_meanwhile", static_cast<int>(meanwhile.count()));
    std::cout << "slowest of 50 logins elsewhere: " << before.count() << " ms before, "
              << meanwhile.count() << " ms while the LDAP server hung\n";
}

TEST_F(LdapDirectory, TheCommandLineShowsTheSteps) {
    const auto found = gateway.command({"lookup", "jane", "--directory", "corp"});
    EXPECT_EQ(found.status, 0) << found.errors;
    EXPECT_THAT(found.output, testing::HasSubstr("jane.doe@example.org"));
    EXPECT_THAT(found.errors, testing::HasSubstr("step=\"search\""));
    const auto proved =
        gateway.command({"auth", "jane", "--directory", "corp"}, std::string(jane_password) + "\n");
    EXPECT_EQ(proved.status, 0) << proved.errors;
    EXPECT_THAT(proved.errors,
                testing::HasSubstr("step=\"bind\" dn=\"uid=jane,ou=people,dc=example,dc=org\""));
    const auto checked = gateway.command({"check", "--connect"});
    EXPECT_EQ(checked.status, 0) << checked.output << checked.errors;
    EXPECT_THAT(checked.output, testing::HasSubstr("corp: good: ldap://127.0.0.1"));
    EXPECT_THAT(checked.output, testing::HasSubstr("drop: good: answers and lets us in"));
    slapd.kill();
    const auto down = gateway.command({"check", "--connect"});
    EXPECT_EQ(down.status, 75) << down.output << down.errors;
    EXPECT_THAT(down.output, testing::HasSubstr("corp: fault: "));
    EXPECT_EQ(gateway.command({"lookup", "jane", "--directory", "corp"}).status, 75);
}

}  // namespace
}  // namespace postern::test
