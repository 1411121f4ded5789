// type = "imap" against a real Dovecot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "crypto/base64.hpp"
#include "support/directory_host.hpp"
#include "support/dovecot.hpp"
#include "support/eventually.hpp"
#include "support/fault_proxy.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::Dovecot;
using test::FaultProxy;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* in_the_clear = "tls.starttls = \"never\"\n";

std::string settings(std::uint16_t port, const std::string& more = "") {
    return "type = \"imap\"\naddress = \"localhost\"\nport = " + std::to_string(port) +
           "\ndomains = [\"example.org\"]\n" + more;
}

std::string trusts(const Dovecot& dovecot) {
    return "tls.ca = \"" + dovecot.ca() + "\"\n";
}

bool logs(const Dovecot& dovecot, const std::string& words) {
    return test::eventually([&] { return dovecot.log().find(words) != std::string::npos; });
}

TEST(Imap, AsksOverStartTlsOrTlsOrInTheClear) {
    const Dovecot dovecot;
    for (const auto& lines : {
             settings(dovecot.port(), trusts(dovecot)),
             settings(dovecot.port(), "tls.starttls = \"optional\"\n" + trusts(dovecot)),
             settings(dovecot.tls_port(), "tls.implicit = true\n" + trusts(dovecot)),
             settings(dovecot.port(), in_the_clear),
         }) {
        SCOPED_TRACE(lines);
        DirectoryHost host(lines);
        EXPECT_EQ(host.outcome("jane@example.org", "correct horse"), "accepted jane@example.org")
            << host.log();
        EXPECT_EQ(host.outcome("Jane@Example.org", "correct horse"), "accepted jane@example.org");
        EXPECT_EQ(host.outcome("jane@example.org", "battery staple"), "rejected bad_credentials");
        EXPECT_EQ(host.outcome("nobody@example.org", "correct horse"), "rejected bad_credentials");
        EXPECT_EQ(host.outcome("jane@example.net", "correct horse"), "rejected unknown_user");
        EXPECT_EQ(host.outcome("jane", "correct horse"), "rejected unknown_user");
        EXPECT_THAT(host.principal("jane@example.org", "correct horse").addresses,
                    ElementsAre("jane@example.org"));
    }
    EXPECT_THAT(dovecot.log(), Not(HasSubstr("example.net"))) << "it was not asked";
}

// What the server seems to lack makes the client say the same in other ways.
void in_every_way(const Dovecot& dovecot, const std::function<void(DirectoryHost&)>& log_in) {
    const std::vector<std::pair<std::string, std::string>> lacks[] = {
        {},
        {{"SASL-IR", "SASL-XX"}},
        {{"AUTH=PLAIN", "AUTH=XPLAI"}},
        {{"AUTH=PLAIN", "AUTH=XPLAI"}, {"LITERAL+", "LITERAL-"}},
        {{"AUTH=PLAIN", "AUTH=XPLAI"}, {"LITERAL+", "LITERALX"}},
    };
    for (const auto& missing : lacks) {
        FaultProxy proxy(dovecot.port());
        std::string words;
        for (const auto& [what, by] : missing) {
            proxy.replace(what, by);
            words += by + " ";
        }
        SCOPED_TRACE(words);
        DirectoryHost host(settings(proxy.port(), in_the_clear));
        log_in(host);
        const bool plain = missing.empty() || missing.front().first != "AUTH=PLAIN";
        EXPECT_THAT(host.log(),
                    HasSubstr(plain ? "step=\"AUTHENTICATE PLAIN\"" : "step=\"LOGIN\""));
    }
}

TEST(Imap, EveryPasswordIsSaidAsItIs) {
    const std::vector<std::string> passwords{
        "open sesame",    " blanks around ", "\"quoted\"",
        "back\\slash\\",  "100%{3}*",        "gr\xC3\xBC\xC3\x9F dich",
        "\xE9\xFF latin", "colon:comma,",    std::string(400, 'x') + "y",
        "\x02\x7F\x80",
    };
    test::DovecotOptions options;
    options.users.clear();
    for (std::size_t i = 0; i < passwords.size(); ++i)
        options.users.push_back({"user" + std::to_string(i) + "@example.org", passwords[i]});
    const Dovecot dovecot(options);
    in_every_way(dovecot, [&](DirectoryHost& host) {
        for (std::size_t i = 0; i < passwords.size(); ++i) {
            const auto name = "user" + std::to_string(i) + "@example.org";
            EXPECT_EQ(host.outcome(name, passwords[i]), "accepted " + name)
                << passwords[i] << host.log();
            EXPECT_EQ(host.outcome(name, passwords[i] + "x"), "rejected bad_credentials")
                << passwords[i];
        }
    });
}

// Dovecot refuses them from everybody, whatever is stored; but it notes what it has heard.
TEST(Imap, TabsAndLineEndsInPasswordsReachItToo) {
    int number = 0;
    const Dovecot dovecot({.settings = "auth_debug = yes\nauth_debug_passwords = yes\n"});
    in_every_way(dovecot, [&](DirectoryHost& host) {
        for (const std::string password : {"tab\tinside", "line\r\nbreak", "\n", "A2 NOOP\r\n"}) {
            const auto name = "user" + std::to_string(++number) + "@example.org";
            const std::string nul(1, '\0');
            EXPECT_EQ(host.outcome(name, password), "rejected bad_credentials") << host.log();
            const auto response = crypto::base64_encode(nul + name + nul + password);
            EXPECT_TRUE(logs(dovecot, response + " (previous base64")) << password << dovecot.log();
        }
    });
    EXPECT_THAT(dovecot.log(), HasSubstr("Attempted login with password having illegal chars"));
}

TEST(Imap, ANulCannotBeSaid) {
    const Dovecot dovecot;
    DirectoryHost host(settings(dovecot.port(), trusts(dovecot)));
    const std::string password("correct\0horse", 13);
    EXPECT_EQ(host.outcome("jane@example.org", password), "unavailable question");
    EXPECT_THAT(dovecot.log(), Not(HasSubstr("jane")));
}

TEST(Imap, ACertificateThatDoesNotFitIsUnavailable) {
    const Dovecot dovecot({.certificate = {.name = "server", .names = {"elsewhere.example.com"}}});
    const auto port = dovecot.port();
    for (const auto& [more, outcome] : {
             std::pair<std::string, std::string>{"", "unavailable directory"},  // unknown authority
             {trusts(dovecot), "unavailable directory"},
             {trusts(dovecot) + "tls.name = \"elsewhere.example.com\"\n",
              "accepted jane@example.org"},
             {"tls.allow-invalid-certs = true\n", "accepted jane@example.org"},
         }) {
        DirectoryHost host(settings(port, more));
        EXPECT_EQ(host.outcome("jane@example.org", "correct horse"), outcome) << host.log();
        EXPECT_THAT(host.outcome("jane@example.org", "battery staple"),
                    StartsWith(outcome[0] == 'a' ? "rejected" : "unavailable"));
    }
}

TEST(Imap, NoPasswordGoesWithoutTlsWhereThatIsRequired) {
    const Dovecot without_tls({.tls = false});
    DirectoryHost required(settings(without_tls.port(), trusts(without_tls)));
    EXPECT_THAT(required.why("jane@example.org", "correct horse"), HasSubstr("offers no STARTTLS"));
    DirectoryHost optional(
        settings(without_tls.port(), "tls.starttls = \"optional\"\n" + trusts(without_tls)));
    EXPECT_EQ(optional.outcome("jane@example.org", "correct horse"), "accepted jane@example.org");
}

TEST(Imap, LoginDisabledIsObeyed) {
    // Dovecot takes clients of this machine for secure, so the words are put in.
    const Dovecot dovecot;
    FaultProxy proxy(dovecot.port());
    proxy.replace("AUTH=PLAIN", "LOGINDISABLED");
    DirectoryHost host(settings(proxy.port(), in_the_clear));
    EXPECT_THAT(host.why("jane@example.org", "correct horse"), HasSubstr("LOGINDISABLED"));
    EXPECT_THAT(dovecot.log(), Not(HasSubstr("jane")));
}

TEST(Imap, ABareLoginIsCompleted) {
    const Dovecot dovecot;
    DirectoryHost host(settings(dovecot.port(), trusts(dovecot) + "domain = \"example.org\"\n"));
    EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane@example.org");
    EXPECT_EQ(host.outcome("jane", "wrong"), "rejected bad_credentials");
    EXPECT_EQ(host.outcome("jane@example.net", "correct horse"), "rejected unknown_user");
}

TEST(Imap, SaysWhoWeAre) {
    const Dovecot dovecot({.settings = "imap_id_log = *\n"});
    DirectoryHost host(settings(dovecot.port(), trusts(dovecot)));
    EXPECT_EQ(host.outcome("jane@example.org", "correct horse"), "accepted jane@example.org");
    EXPECT_TRUE(logs(dovecot, "name=Postern, version=")) << dovecot.log();
}

TEST(Imap, ChecksWhatItCanWithoutAPassword) {
    const Dovecot dovecot;
    DirectoryHost good(settings(dovecot.port(), trusts(dovecot)));
    EXPECT_THAT(good.findings(),
                ElementsAre(AllOf(StartsWith("good localhost:"), HasSubstr("TLSv1.3"),
                                  HasSubstr("AUTHENTICATE PLAIN"))));
    DirectoryHost anybody(settings(dovecot.port(), "tls.allow-invalid-certs = true\n"));
    EXPECT_THAT(anybody.findings(),
                ElementsAre(StartsWith("good"),
                            AllOf(StartsWith("warning"), HasSubstr("allow-invalid-certs"))));
    DirectoryHost stranger(settings(dovecot.port()));
    EXPECT_THAT(stranger.findings(), ElementsAre(StartsWith("fault localhost:")));
}

}  // namespace
}  // namespace postern
