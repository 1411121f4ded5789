// The built gateway before several real directories as one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/directory_settings.hpp"
#include "support/dovecot.hpp"
#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/postgresql.hpp"
#include "support/slapd.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string ldap_section(const Slapd& slapd) {
    return "[directory.corp]\ntype = \"ldap\"\nurl = \"" + slapd.url() + "\"\nbase-dn = \"" +
           Slapd::base() + R"toml("
timeout = "2s"
filter.name = "(|(uid=?)(mail=?))"
attributes.email-alias = "mailAlias"
bind.auth.method = "lookup"
bind.dn = ")toml" +
           Slapd::service_dn() + "\"\nbind.secret = \"" + std::string(Slapd::service_password) +
           "\"\n";
}

std::string chain_of(const std::string& members) {
    return "[directory.all]\ntype = \"chain\"\ntimeout = \"4s\"\nfirst = [" + members + "]\n";
}

class ChainOfServers : public testing::Test {
 protected:
    void serve(const std::string& sections) {
        gateway = std::make_unique<Gateway>(directory_settings("all", sections));
    }
    int auth(const std::string& login, const std::string& password) const {
        auto client = gateway->client();
        client.greet();
        return client.auth_plain(login, password).code;
    }
    // What MAIL is answered after a login.
    int send_as(const std::string& login, const std::string& password,
                const std::string& sender) const {
        auto client = gateway->client();
        client.greet();
        EXPECT_EQ(client.auth_plain(login, password).code, 235) << login << gateway->log();
        return client.command("MAIL FROM:<" + sender + ">").code;
    }

    Slapd slapd;
    std::unique_ptr<Gateway> gateway;
};

// Guests' passwords are at a mail server; everybody else is in LDAP.
class ByDomain : public ChainOfServers {
 protected:
    ByDomain() {
        serve(chain_of(R"({ directory = "guests", domains = ["example.net"] },
                          { directory = "corp" })") +
              ldap_section(slapd) +
              "[directory.guests]\ntype = \"imap\"\naddress = \"127.0.0.1\"\nport = " +
              std::to_string(dovecot.port()) +
              "\ndomains = [\"*\"]\ntimeout = \"2s\"\ntls.ca = \"" + dovecot.ca() + "\"\n");
    }
    Dovecot dovecot{{.users = {{"guest@example.net", "let me in"},
                               {"jane@example.org", "of the mail server"}}}};
};

TEST_F(ByDomain, TheDomainOfTheLoginDecidesWhoIsAsked) {
    EXPECT_EQ(send_as("guest@example.net", "let me in", "guest@example.net"), 250);
    EXPECT_EQ(send_as("guest@example.net", "let me in", "jane@example.org"), 550);
    EXPECT_EQ(send_as("jane@example.org", "correct horse", "jane.doe@example.org"), 250);
    EXPECT_EQ(send_as("jane", "correct horse", "jane@example.org"), 250) << "no domain at all";
    EXPECT_EQ(auth("jane@example.org", "of the mail server"), 535);
    EXPECT_THAT(dovecot.log(), Not(HasSubstr("jane@example.org"))) << "it was not asked";
}

TEST_F(ByDomain, TheFirstOneForADomainHasTheLastWord) {
    EXPECT_EQ(auth("nobody@example.net", "let me in"), 535);
    EXPECT_EQ(auth("guest@example.net", "wrong"), 535);
    EXPECT_THAT(slapd.log(), Not(HasSubstr("example.net"))) << "it was not asked";
}

TEST_F(ByDomain, OneThatIsDownShutsOutItsOwnDomainOnly) {
    dovecot.stop();
    EXPECT_EQ(auth("guest@example.net", "let me in"), 454);
    EXPECT_EQ(auth("guest@example.net", "wrong"), 454);
    EXPECT_EQ(auth("jane", "correct horse"), 235);
    dovecot.start();
    slapd.kill();
    EXPECT_TRUE(eventually([&] { return auth("guest@example.net", "let me in") == 235; }));
    EXPECT_EQ(auth("jane", "correct horse"), 454);
    slapd.start();
    EXPECT_TRUE(eventually([&] { return auth("jane", "correct horse") == 235; }));
}

// Accounts in PostgreSQL are asked about before those in LDAP. Jane and Joe are in both; Joe's
// passwords differ.
class InOrder : public ChainOfServers {
 protected:
    static std::unique_ptr<Postgresql> filled() {
        auto server = std::make_unique<Postgresql>();
        server->sql(read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/standin.sql"));
        return server;
    }
    void serve_with(const std::string& next_on) {
        serve(chain_of("{ directory = \"accounts\", next-on = [" + next_on +
                       "] }, { directory = \"corp\" }") +
              ldap_section(slapd) +
              "[directory.accounts]\ntype = \"postgresql\"\ntimeout = \"2s\"\nurl = \"" +
              database->url("gate", "gate%20secret") + "\"\n");
    }
    std::unique_ptr<Postgresql> database = filled();
};

TEST_F(InOrder, WhoIsUnknownToTheFirstIsAskedOfTheNext) {
    serve_with("\"unknown\"");
    EXPECT_EQ(send_as("erin", "too old", "erin@example.org"), 250) << "in LDAP only";
    EXPECT_EQ(send_as("jane", "correct horse", "Jane.Doe@example.org"), 250);
    EXPECT_EQ(auth("erin", "wrong"), 535);
    EXPECT_EQ(auth("nobody", "wrong"), 535) << "unknown to all of them";
    EXPECT_TRUE(slapd.logs("uid=nobody"));
    EXPECT_THAT(slapd.log(), Not(HasSubstr("uid=jane")));
}

TEST_F(InOrder, ANoIsFinal) {
    serve_with("\"unknown\", \"unavailable\"");
    EXPECT_EQ(auth("joe", "battery"), 235) << "in PostgreSQL";
    EXPECT_EQ(auth("joe", "battery staple"), 535) << "in LDAP it would be right";
    EXPECT_EQ(auth("paul", "correct horse"), 525) << "disabled in PostgreSQL";
    EXPECT_EQ(auth("paul", "not any more"), 535);
    EXPECT_THAT(slapd.log(), Not(HasSubstr("uid=joe")));
    EXPECT_THAT(slapd.log(), Not(HasSubstr("uid=paul")));
}

TEST_F(InOrder, WhoCannotAnswerIsSkippedOnlyWhereThatIsSaid) {
    serve_with("\"unknown\"");
    database->stop();
    EXPECT_EQ(auth("jane", "correct horse"), 454);
    EXPECT_EQ(auth("erin", "too old"), 454);
    EXPECT_THAT(slapd.log(), Not(HasSubstr("uid=jane")));
    database->start();
    EXPECT_TRUE(eventually([&] { return auth("jane", "correct horse") == 235; }));
    EXPECT_EQ(auth("erin", "too old"), 235);
}

TEST_F(InOrder, OfWhoIsAskedInsteadOnlyAYesCounts) {
    serve_with("\"unknown\", \"unavailable\"");
    EXPECT_EQ(auth("joe", "battery staple"), 535);
    database->stop();
    EXPECT_EQ(auth("joe", "battery staple"), 235) << "the right one in LDAP";
    EXPECT_EQ(auth("joe", "battery"), 454) << "PostgreSQL might say yes";
    EXPECT_EQ(auth("nobody", "wrong"), 454);
    slapd.kill();
    EXPECT_EQ(auth("joe", "battery staple"), 454);
    slapd.start();
    database->start();
    EXPECT_TRUE(eventually([&] { return auth("joe", "battery") == 235; }));
    EXPECT_EQ(auth("joe", "battery staple"), 535) << "it has the last word again";
}

}  // namespace
}  // namespace postern::test
