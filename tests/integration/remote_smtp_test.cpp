// type = "smtp" and type = "lmtp" against real servers: Dovecot's, and Postfix with its passwords.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/directory_host.hpp"
#include "support/dovecot.hpp"
#include "support/eventually.hpp"
#include "support/fault_proxy.hpp"
#include "support/postfix.hpp"
#include "support/remote_logins.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::Dovecot;
using test::FaultProxy;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* in_the_clear = "tls.starttls = \"never\"\n";

std::string settings(std::uint16_t port, const std::string& more,
                     const std::string& type = "smtp") {
    return fmt::format(
        "type = \"{}\"\naddress = \"localhost\"\nport = {}\ndomains = [\"example.org\"]\n{}", type,
        port, more);
}

std::string trusts(const Dovecot& dovecot) {
    return "tls.ca = \"" + dovecot.ca() + "\"\n";
}

// A right and a wrong password, and who is nobody's.
void expect_answers(DirectoryHost& host) {
    EXPECT_EQ(host.outcome("jane@example.org", "correct horse"), "accepted jane@example.org")
        << host.log();
    EXPECT_EQ(host.outcome("jane@example.org", "battery staple"), "rejected bad_credentials");
    EXPECT_EQ(host.outcome("nobody@example.org", "correct horse"), "rejected bad_credentials");
    EXPECT_EQ(host.outcome("jane@example.net", "correct horse"), "rejected unknown_user");
    EXPECT_THAT(host.principal("jane@example.org", "correct horse").addresses,
                ElementsAre("jane@example.org"));
}

TEST(RemoteSmtp, AsksDovecotOverStartTlsOrTlsOrInTheClear) {
    const Dovecot dovecot({.submission = true});
    const auto [submission, submissions, lmtp, sasl] = dovecot.submission();
    for (const auto& lines : {
             settings(submission, trusts(dovecot)),
             settings(submission, "tls.starttls = \"optional\"\n" + trusts(dovecot)),
             settings(submissions, "tls.implicit = true\n" + trusts(dovecot)),
             settings(submission, in_the_clear),
         }) {
        SCOPED_TRACE(lines);
        DirectoryHost host(lines);
        expect_answers(host);
    }
    EXPECT_THAT(dovecot.log(), Not(HasSubstr("example.net"))) << "it was not asked";
}

TEST(RemoteSmtp, AsksPostfixWhichAsksDovecot) {
    const Dovecot dovecot({.submission = true});
    const auto certificate = dovecot.certificate();
    const test::Postfix postfix(
        fmt::format("smtpd_sasl_type = dovecot\n"
                    "smtpd_sasl_path = inet:127.0.0.1:{}\n"
                    "smtpd_tls_security_level = may\n"
                    "smtpd_tls_cert_file = {}\nsmtpd_tls_key_file = {}\n",
                    dovecot.submission().sasl, certificate.cert, certificate.key));
    DirectoryHost host(settings(postfix.port(), trusts(dovecot)));
    expect_answers(host);
    EXPECT_THAT(host.log(), HasSubstr("step=\"AUTH PLAIN\""));
    DirectoryHost clear(settings(postfix.port(), in_the_clear));
    EXPECT_THAT(clear.why("jane@example.org", "correct horse"),
                HasSubstr("offers neither AUTH PLAIN nor AUTH LOGIN"))
        << "smtpd_tls_auth_only";
}

TEST(RemoteSmtp, PostfixWithoutItsPasswordsKnowsNothing) {
    Dovecot dovecot({.submission = true});
    const test::Postfix postfix(
        fmt::format("smtpd_sasl_type = dovecot\n"
                    "smtpd_sasl_path = inet:127.0.0.1:{}\n"
                    "smtpd_tls_auth_only = no\n",
                    dovecot.submission().sasl));
    DirectoryHost host(settings(postfix.port(), in_the_clear));
    expect_answers(host);
    dovecot.stop();
    for (const auto* password : {"correct horse", "battery staple"})
        EXPECT_THAT(host.outcome("jane@example.org", password), StartsWith("unavailable"));
    dovecot.start();
    EXPECT_TRUE(test::eventually([&] {
        return host.outcome("jane@example.org", "correct horse") == "accepted jane@example.org";
    })) << host.log();
}

TEST(RemoteSmtp, EveryPasswordIsSaidAsItIs) {
    const std::vector<std::string> passwords{
        " blanks around ", "100%{3}*",      "gr\xC3\xBC\xC3\x9F dich",
        "\xE9\xFF latin",  "back\\slash\"", std::string(400, 'x') + "y",
    };
    test::DovecotOptions options{.submission = true, .settings = "auth_mechanisms = plain login\n"};
    options.users.clear();
    for (std::size_t i = 0; i < passwords.size(); ++i)
        options.users.push_back({"user" + std::to_string(i) + "@example.org", passwords[i]});
    const Dovecot dovecot(options);
    // What the server seems to lack makes the client say the same in another way.
    for (const auto& [mechanism, hidden] :
         {std::pair{"AUTH PLAIN", "AUTH XPLAIN"}, {"AUTH LOGIN", "AUTH PLAIN"}}) {
        FaultProxy proxy(dovecot.submission().submission);
        proxy.replace(hidden, "AUTH XXXXX");
        DirectoryHost host(settings(proxy.port(), in_the_clear));
        for (std::size_t i = 0; i < passwords.size(); ++i) {
            const auto name = "user" + std::to_string(i) + "@example.org";
            EXPECT_EQ(host.outcome(name, passwords[i]), "accepted " + name)
                << passwords[i] << host.log();
            EXPECT_EQ(host.outcome(name, passwords[i] + "x"), "rejected bad_credentials");
        }
        EXPECT_THAT(host.log(), HasSubstr(fmt::format("step=\"{}\"", mechanism)));
    }
}

TEST(RemoteSmtp, ChecksWhatItCanWithoutAPassword) {
    const Dovecot dovecot({.submission = true});
    DirectoryHost good(settings(dovecot.submission().submission, trusts(dovecot)));
    EXPECT_THAT(good.findings(), ElementsAre(AllOf(StartsWith("good localhost:"),
                                                   HasSubstr("TLSv1.3"), HasSubstr("AUTH PLAIN"))));
    DirectoryHost stranger(settings(dovecot.submission().submission, ""));
    EXPECT_THAT(stranger.findings(), ElementsAre(StartsWith("fault localhost:")));
}

// Dovecot's LMTP service takes nobody's password.
TEST(RemoteLmtp, AServerThatOffersNoLoginIsNotAsked) {
    const Dovecot dovecot({.submission = true});
    for (const auto& more : {std::string(in_the_clear), trusts(dovecot)}) {
        DirectoryHost host(settings(dovecot.submission().lmtp, more, "lmtp"));
        EXPECT_THAT(host.why("jane@example.org", "correct horse"),
                    HasSubstr("offers neither AUTH PLAIN nor AUTH LOGIN"));
    }
    DirectoryHost mistaken(settings(dovecot.submission().lmtp, in_the_clear, "smtp"));
    EXPECT_THAT(mistaken.why("jane@example.org", "correct horse"), HasSubstr("EHLO is refused"));
}

TEST(RemoteSmtp, AHundredAtOnceUseNoSixthConnection) {
    const Dovecot dovecot({.submission = true, .crowd = 100});
    FaultProxy proxy(dovecot.submission().submission);
    DirectoryHost host(settings(proxy.port(), trusts(dovecot) + "concurrency = 5\npool.ready = 2\n"
                                                                "timeout = \"30s\"\n"));
    test::expect_a_hundred_over_five(host, proxy);
}

TEST(RemoteSmtp, APreparedConnectionAnswersInOneRoundTrip) {
    const Dovecot dovecot({.submission = true});
    FaultProxy proxy(dovecot.submission().submission);
    DirectoryHost host(settings(proxy.port(), in_the_clear));
    test::expect_one_round_trip(host, proxy, 1);  // EHLO
}

}  // namespace
}  // namespace postern
