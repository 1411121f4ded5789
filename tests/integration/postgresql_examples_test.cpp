// The settings of config/examples against databases of the schemas that they are for.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "support/directory_host.hpp"
#include "support/postgresql.hpp"
#include "support/temporary_directory.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::Postgresql;
using testing::ElementsAre;
using testing::HasSubstr;

std::string sample(const std::string& name) {
    return test::read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/" + name + ".sql");
}

// The directory of an example, but for where the database is.
std::string example(const std::string& name, const Postgresql& server,
                    const std::string& database) {
    std::istringstream file(
        test::read_file(POSTERN_SOURCE_DIR "/config/examples/" + name + ".toml"));
    auto settings = fmt::format("type = \"postgresql\"\nurl = \"{}\"\n",
                                server.url("gate", "gate%20secret", database));
    bool is_directory = false;
    for (std::string line; std::getline(file, line);) {
        const bool is_elsewhere = line.starts_with("type") || line.starts_with("url") ||
                                  line.starts_with("password") || line.starts_with("tls");
        if (line.starts_with('[')) is_directory = line == "[directory.accounts]";
        if (is_directory && !line.starts_with('[') && !is_elsewhere) settings += line + "\n";
    }
    return settings;
}

class PostgresqlExamples : public testing::Test {
 protected:
    static void SetUpTestSuite() {
        server = new Postgresql();
        server->sql(sample("standin"));
        for (const std::string name : {"postfixadmin", "dovecot", "stalwart"}) {
            server->sql("CREATE DATABASE " + name, "postgres");
            server->sql(sample(name), name);
        }
    }
    static void TearDownTestSuite() { delete std::exchange(server, nullptr); }
    static inline Postgresql* server = nullptr;
};

// "jane correct horse, paul closed" of a listing, two accounts a page.
std::string everybody(DirectoryHost& host) {
    const auto listing = host.accounts(2);
    std::string all = listing.why;
    for (const auto& each : listing.accounts) {
        all += (all.empty() ? "" : ", ") + each.principal.name;
        for (const auto& secret : each.secrets)
            all += " " + std::string(secret.reveal());
        if (each.closed) all += " closed";
        if (!each.mistake.empty()) all += each.entry + "! " + each.mistake;
    }
    return all;
}

TEST_F(PostgresqlExamples, OurSchemaNeedsNoQueries) {
    DirectoryHost host(example("postgresql", *server, "mail"));
    EXPECT_EQ(host.outcome("jane@example.org", "correct horse"), "accepted Jane") << host.log();
    EXPECT_THAT(everybody(host), HasSubstr("Jane correct horse"));
}

TEST_F(PostgresqlExamples, Postfixadmin) {
    DirectoryHost host(example("postfixadmin", *server, "postfixadmin"));
    const auto jane = host.principal("jane@example.org", "correct horse");
    EXPECT_EQ(jane.name, "jane@example.org");
    EXPECT_THAT(jane.addresses,
                ElementsAre("jane@example.org", "jane@example.net", "sales@example.org"));
    EXPECT_THAT(
        host.principal("joe@example.org", "battery staple").addresses,
        ElementsAre("joe@example.org", "joe@example.net", "@example.org", "sales@example.org"));
    EXPECT_EQ(host.outcome("jane@example.org", "x"), "rejected bad_credentials jane@example.org");
    EXPECT_EQ(host.outcome("jane", "correct horse"), "rejected unknown_user");
    EXPECT_EQ(host.outcome("sales@example.org", "correct horse"), "rejected unknown_user");
    EXPECT_EQ(host.outcome("paul@example.org", "correct horse"),
              "rejected disabled paul@example.org");
    EXPECT_EQ(host.outcome("mary@closed.example", "correct horse"),
              "rejected disabled mary@closed.example");
    EXPECT_EQ(host.outcome("jane@example.org"), "found jane@example.org");
    EXPECT_EQ(host.findings().size(), 2U);
    EXPECT_EQ(everybody(host),
              "jane@example.org {PLAIN}correct horse, joe@example.org {PLAIN}battery staple, "
              "mary@closed.example {PLAIN}correct horse closed, "
              "paul@example.org {PLAIN}correct horse closed");
    EXPECT_EQ(host.accounts().of("jane@example.org").principal, host.principal("jane@example.org"));
}

TEST_F(PostgresqlExamples, Dovecot) {
    DirectoryHost host(example("dovecot-sql", *server, "dovecot"));
    EXPECT_THAT(host.principal("jane@example.org", "correct horse").addresses,
                ElementsAre("jane@example.org"));
    EXPECT_EQ(host.outcome("jane@example.net", "correct horse"),
              "rejected bad_credentials jane@example.net");
    EXPECT_EQ(host.outcome("jane@example.net", "battery staple"), "accepted jane@example.net");
    EXPECT_EQ(host.outcome("jane", "correct horse"), "rejected unknown_user");
    EXPECT_EQ(host.outcome("paul@example.org", "correct horse"),
              "rejected disabled paul@example.org");
    EXPECT_EQ(everybody(host),
              "jane@example.net {PLAIN}battery staple, jane@example.org {PLAIN}correct horse, "
              "paul@example.org {PLAIN}correct horse closed");
}

TEST_F(PostgresqlExamples, Stalwart) {
    DirectoryHost host(example("stalwart-sql", *server, "stalwart"));
    const auto jane = host.principal("jane.doe@example.org", "correct horse");
    EXPECT_EQ(jane.name, "jane");
    EXPECT_THAT(jane.addresses, ElementsAre("jane@example.org", "jane.doe@example.org"));
    EXPECT_THAT(jane.groups, ElementsAre("sales"));
    EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted jane");
    EXPECT_EQ(host.outcome("team@example.org", "correct horse"), "rejected unknown_user");
    EXPECT_EQ(host.outcome("sales@example.org", "x"), "rejected unknown_user");
    EXPECT_EQ(host.outcome("paul", "correct horse"), "rejected disabled paul");
    EXPECT_EQ(host.outcome("paul"), "rejected disabled paul");
    EXPECT_EQ(everybody(host), "jane correct horse, paul correct horse closed");
    EXPECT_THAT(host.accounts().of("jane").principal.groups, ElementsAre("sales"));
}

}  // namespace
}  // namespace postern
