// The built gateway before a mail server that knows the passwords, and before a directory that
// knows everything else: `addresses`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "e2e/directory_settings.hpp"
#include "support/dovecot.hpp"
#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/postgresql.hpp"
#include "support/slapd.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

const DovecotOptions people{.users = {{"jane@example.org", "mail of jane"},
                                      {"paul@example.org", "mail of paul"},
                                      {"ghost@example.org", "mail of a ghost"}}};

std::string passwords_of(const Dovecot& dovecot) {
    return "[directory.mail]\ntype = \"imap\"\naddress = \"127.0.0.1\"\nport = " +
           std::to_string(dovecot.port()) +
           "\ndomains = [\"example.org\"]\ndomain = \"example.org\"\naddresses = \"corp\"\n"
           "timeout = \"2s\"\ntls.ca = \"" +
           dovecot.ca() + "\"\n";
}

// What holds whoever knows the addresses.
class MailServerDirectory : public testing::Test {
 protected:
    SmtpClient logged_in(const std::string& login, const std::string& password) {
        auto client = gateway->client();
        client.greet();
        const auto reply = client.auth_plain(login, password);
        EXPECT_EQ(reply.code, 235) << reply.text() << gateway->log();
        return client;
    }
    int auth(const std::string& login, const std::string& password) {
        auto client = gateway->client();
        client.greet();
        return client.auth_plain(login, password).code;
    }
    int jane(const std::string& password = "mail of jane") {
        return auth("jane@example.org", password);
    }

    void the_aliases_decide() {
        for (const auto* login : {"jane@example.org", "jane"}) {
            auto client = logged_in(login, "mail of jane");
            for (const auto* sender : {"jane@example.org", "jane.doe@example.org"}) {
                EXPECT_EQ(client.command("MAIL FROM:<" + std::string(sender) + ">").code, 250)
                    << sender;
                EXPECT_EQ(client.command("RSET").code, 250);
            }
            for (const auto* sender : {"joe@example.org", "ghost@example.org", "jane@example.net"})
                EXPECT_EQ(client.command("MAIL FROM:<" + std::string(sender) + ">").code, 550)
                    << sender;
        }
        EXPECT_EQ(jane("correct horse"), 535) << "the password of the other directory";
    }
    void who_is_missing_there_has_no_answer() {
        EXPECT_EQ(auth("ghost@example.org", "mail of a ghost"), 454);
        EXPECT_EQ(auth("ghost@example.org", "wrong"), 535) << "a no of the mail server is one";
        EXPECT_THAT(gateway->log(), HasSubstr("directory.without-addresses - - directory=\"mail\" "
                                              "account=\"ghost@example.org\" addresses=\"corp\""));
    }
    // `server` knows the addresses.
    template <class Server>
    void without_its_addresses_nobody_is_anybody(Server& server) {
        ASSERT_EQ(jane(), 235);
        server.kill();
        auto begun = Clock::now();
        EXPECT_EQ(jane(), 454);
        EXPECT_EQ(jane("wrong"), 535) << "the mail server knows that";
        server.start();
        EXPECT_TRUE(eventually([&] { return jane() == 235; })) << gateway->log();
        server.suspend();
        begun = Clock::now();
        EXPECT_EQ(jane(), 454);
        EXPECT_LT(Clock::now() - begun, 4s) << "a deadline of 2 s";
        server.resume();
        EXPECT_TRUE(eventually([&] { return jane() == 235; })) << gateway->log();
    }

    void without_passwords_nobody_is_wrong() {
        ASSERT_EQ(jane(), 235);
        dovecot.stop();
        EXPECT_EQ(jane(), 454);
        EXPECT_EQ(jane("wrong"), 454);
        dovecot.start();
        EXPECT_TRUE(eventually([&] { return jane() == 235; })) << gateway->log();
        EXPECT_EQ(jane("wrong"), 535);
    }

    Dovecot dovecot{people};
    std::unique_ptr<Gateway> gateway;
};

class BesideLdap : public MailServerDirectory {
 protected:
    BesideLdap() {
        gateway = std::make_unique<Gateway>(directory_settings(
            "mail", passwords_of(dovecot) + "[directory.corp]\ntype = \"ldap\"\nurl = \"" +
                        slapd.url() + "\"\nbase-dn = \"" + Slapd::base() + R"toml("
timeout = "2s"
filter.name = "(mail=?)"
attributes.email-alias = "mailAlias"
bind.auth.method = "lookup"
bind.dn = ")toml" + Slapd::service_dn() +
                        "\"\nbind.secret = \"" + std::string(Slapd::service_password) + "\"\n"));
    }
    Slapd slapd{{.log = "none"}};
};

TEST_F(BesideLdap, TheAliasesOfTheEntryDecideWhoSheMayBe) {
    the_aliases_decide();
    auto client = logged_in("jane@example.org", "mail of jane");
    EXPECT_EQ(client.command("MAIL FROM:<anything@jane.example>").code, 250);
}

TEST_F(BesideLdap, WhoIsMissingThereHasNoAnswer) {
    who_is_missing_there_has_no_answer();
    slapd.add(
        "dn: uid=ghost,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: ghost\n"
        "cn: Ghost\nsn: Ghost\nmail: ghost@example.org\n");
    EXPECT_EQ(auth("ghost@example.org", "mail of a ghost"), 235) << "as soon as there is an entry";
}

TEST_F(BesideLdap, WithoutItsAddressesNobodyIsAnybody) {
    without_its_addresses_nobody_is_anybody(slapd);
}

TEST_F(BesideLdap, WithoutPasswordsNobodyIsWrong) {
    without_passwords_nobody_is_wrong();
}

// Our own schema, as `postern migrate` and `postern users` write it.
class BesidePostgresql : public MailServerDirectory {
 protected:
    BesidePostgresql() {
        by_hand({"migrate"});
        by_hand({"users", "add", "jane", "--email", "jane@example.org", "--email",
                 "jane.doe@example.org", "--no-password"});
        by_hand({"users", "add", "paul", "--email", "paul@example.org", "--no-password"});
        by_hand({"users", "disable", "paul"});
        server.sql("CREATE ROLE gate LOGIN PASSWORD 'gate secret'; GRANT postern_gateway TO gate");
        gateway = std::make_unique<Gateway>(directory_settings(
            "mail", passwords_of(dovecot) +
                        "[directory.corp]\ntype = \"postgresql\"\ntimeout = \"2s\"\nurl = \"" +
                        server.url("gate", "gate%20secret") + "\"\n"));
    }
    void by_hand(std::vector<std::string> arguments) const {
        const auto done = dba.command(std::move(arguments));
        EXPECT_EQ(done.status, 0) << done.output << done.errors;
    }
    Postgresql server;
    Installation dba{"[directory.corp]\ntype = \"postgresql\"\nurl = \"${url}\"\n",
                     {{"url", server.url()}}};
};

TEST_F(BesidePostgresql, TheAddressesOfTheAccountDecideWhoSheMayBe) {
    the_aliases_decide();
    by_hand({"users", "alias", "jane", "sales@example.org"});
    auto client = logged_in("jane@example.org", "mail of jane");
    EXPECT_EQ(client.command("MAIL FROM:<sales@example.org>").code, 250);
}

TEST_F(BesidePostgresql, WhoIsMissingThereHasNoAnswer) {
    who_is_missing_there_has_no_answer();
}

TEST_F(BesidePostgresql, WhoIsClosedThereStaysOutside) {
    EXPECT_EQ(auth("paul@example.org", "mail of paul"), 525);
    EXPECT_EQ(auth("paul@example.org", "wrong"), 535);
}

TEST_F(BesidePostgresql, WithoutItsAddressesNobodyIsAnybody) {
    without_its_addresses_nobody_is_anybody(server);
}

TEST_F(BesidePostgresql, WithoutPasswordsNobodyIsWrong) {
    without_passwords_nobody_is_wrong();
}

}  // namespace
}  // namespace postern::test
