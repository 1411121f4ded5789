// Reloads under load of which each changes what new sessions work with, or has a mistake in it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "e2e/under_load.hpp"
#include "support/eventually.hpp"
#include "support/mails.hpp"
#include "support/postgresql.hpp"
#include "support/slapd.hpp"

namespace postern::test {
namespace {

constexpr std::size_t reloads = sanitized ? 24 : 100;
constexpr std::size_t meanwhile = 8;  // messages between two reloads

// Two Postfixes, two OpenLDAP servers and a PostgreSQL, all of which know jane.
class Surroundings {
 public:
    Surroundings() {
        database_.sql(read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/standin.sql"));
    }

    // The n-th settings. What they are made of turns at different speeds, so that it meets in many
    // ways.
    std::string settings(std::size_t n) const {
        const auto [name, sections] = directory(n);
        auto text = settings_with(next_hop(n / 2)) + sections;
        text =
            replaced(text, "directory = \"'people'\"", fmt::format("directory = \"'{}'\"", name));
        if (has_another_listener(n))
            text = replaced(text, "[certificate.default]",
                            "[server.listener.another]\nbind = [\"127.0.0.1:${port:another}\"]\n"
                            "[certificate.default]");
        return text;
    }
    static bool has_another_listener(std::size_t n) { return n % 2 == 1; }

    // Settings with a mistake, and a next hop that nobody would get anything from.
    std::string mistaken(std::size_t n) const {
        constexpr std::array mistakes{
            "[sesion]\n", "[next-hop.more]\ntype = \"pigeon\"\n",
            "[certificate.more]\ncert = \"/nowhere.pem\"\nprivate-key = \"/nowhere.key\"\n"};
        return settings_with(TrustedPostfix::section(authority_, {"127.0.0.1:1"})) +
               mistakes[n % mistakes.size()];
    }

    std::vector<Maildir> arrived() const {
        first_->wait_until_idle();
        second_->wait_until_idle();
        return {first_->mailbox("bob"), second_->mailbox("bob")};
    }

 private:
    struct NamedDirectory {
        std::string name, sections;
    };

    NamedDirectory directory(std::size_t n) const {
        const auto own = fmt::format("[directory.accounts]\ntype = \"postgresql\"\nurl = \"{}\"\n",
                                     database_.url("gate", "gate%20secret"));
        switch (n % 6) {
            case 0:
                return {"people", ""};
            case 1:
                return {"corp", ldap(first_ldap_, "(uid=?)")};
            case 2:
                return {"corp", ldap(second_ldap_, "(uid=?)")};
            case 3:
                return {"corp", ldap(second_ldap_, "(|(uid=?)(mail=?))")};
            case 4:
                return {"accounts", own};
            default:
                return {"accounts",
                        own + "query.emails = \"SELECT 'jane@example.org' WHERE :name <> ''\"\n"};
        }
    }

    static std::string ldap(const Slapd& slapd, std::string_view filter) {
        return fmt::format(
            "[directory.corp]\ntype = \"ldap\"\nurl = \"{}\"\nbase-dn = \"{}\"\n"
            "filter.name = \"{}\"\nbind.auth.method = \"lookup\"\nbind.dn = \"{}\"\n"
            "bind.secret = \"{}\"\n",
            slapd.url(), Slapd::base(), filter, Slapd::service_dn(), Slapd::service_password);
    }

    std::string next_hop(std::size_t n) const {
        const auto one = first_->address(), other = second_->address();
        const std::array<std::vector<std::string>, 4> all{
            {{one}, {other}, {one, other}, {other, one}}};
        return TrustedPostfix::section(authority_, all[n % all.size()]);
    }

    TemporaryDirectory directory_;
    CertificateAuthority authority_{directory_.path()};
    TrustedPostfix first_{authority_, "first"}, second_{authority_, "second"};
    Slapd first_ldap_, second_ldap_;
    Postgresql database_;
};

// A session on the listener that the next settings do not have, in the middle of its message.
class HeldSession {
 public:
    HeldSession(std::uint16_t port, std::size_t number)
        : client_(port), letter_{senders + number, 0} {
        client_.start_tls();
        EXPECT_EQ(client_.auth_plain("jane", jane_password).code, 235);
        begin();
    }

    void finish(Told& told) {
        end(told);
        ++letter_.number;
        begin();
        end(told);
        EXPECT_EQ(client_.command("QUIT").code, 221);
    }

 private:
    void begin() {
        const auto replies =
            client_.pipeline({"MAIL FROM:<jane@example.org>", "RCPT TO:<bob@example.org>", "DATA"});
        EXPECT_EQ(replies.back().code, 354) << replies.back().text();
        rest_ = dot_stuffed(letter_.text()) + ".\r\n";
        client_.send(rest_.substr(0, rest_.size() / 2));
        rest_.erase(0, rest_.size() / 2);
    }
    void end(Told& told) {
        client_.send(rest_);
        const auto reply = client_.read_reply();
        EXPECT_EQ(reply.code, 250) << reply.text();
        told.hear(letter_, reply);
    }

    SmtpClient client_;
    NumberedLetter letter_;
    std::string rest_;
};

TEST(ChangingReloads, UnderLoadLoseNothingAndCutNoSession) {
    const Surroundings surroundings;
    Gateway gateway(surroundings.settings(0));
    LogCount reloaded(gateway, "config.reloaded"), refused(gateway, "config.refused");
    Senders load(gateway.port(), senders, Transport::starttls);
    Told told_to_held;
    std::optional<HeldSession> held;
    std::size_t mistakes = 0;
    for (std::size_t done = 1; done <= reloads; ++done) {
        ASSERT_TRUE(load.wait_for(meanwhile)) << gateway.log();
        gateway.renew_certificate();
        if (done % 5 == 0) {
            const auto before = refused();
            gateway.write_settings(surroundings.mistaken(done));
            gateway.reload();
            ++mistakes;
            ASSERT_TRUE(eventually([&] { return refused() > before; }));
            ASSERT_TRUE(load.wait_for(meanwhile)) << gateway.log();
        }
        gateway.write_settings(surroundings.settings(done));
        gateway.reload();
        ASSERT_TRUE(eventually([&] { return reloaded() == done; })) << gateway.log();
        if (Surroundings::has_another_listener(done)) {
            held.emplace(gateway.port("another"), done);
        } else {
            held->finish(told_to_held);
        }
    }
    ASSERT_TRUE(load.wait_for(meanwhile));
    EXPECT_EQ(gateway.tls_client().certificate_fingerprint(), gateway.certificate_fingerprint());
    auto told = load.stop();
    expect_no_connection_lost(told);
    EXPECT_EQ(told.sent_away, 0U);

    told.messages.merge(told_to_held.messages);
    const auto arrived = surroundings.arrived();
    expect_none_lost(told, arrived,
                     fmt::format("{} reloads with changes, {} with mistakes", reloads, mistakes));
    for (const auto& each : arrived)
        EXPECT_FALSE(each.files().empty()) << "each next hop has had its share";
    for (const auto* name : {"people", "corp", "accounts"})
        EXPECT_GT(LogCount(gateway, fmt::format("directory=\"{}\" mechanism", name))(), 0U) << name;
}

}  // namespace
}  // namespace postern::test
