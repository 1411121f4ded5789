#include "postgresql/postgresql_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::postgresql {
namespace {

using testing::HasSubstr;

struct Reading {
    std::optional<Settings> settings;
    std::string problems;
};

Reading read(std::string_view toml) {
    observe::Log log({observe::Level::error, ""});
    auto document = config::Document::parse(
        "[directory.sql]\nurl = \"postgresql://gate@127.0.0.1/mail\"\n" + std::string(toml), "t");
    auto section = document.root().table("directory").table("sql");
    Reading reading{read_settings(section, log), ""};
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        reading.problems += problem.text() + "\n";
    return reading;
}

TEST(PostgresqlSettings, WithoutQueriesItIsOurSchema) {
    const auto reading = read("");
    ASSERT_TRUE(reading.settings) << reading.problems;
    EXPECT_EQ(reading.problems, "");
    const auto& queries = reading.settings->queries;
    EXPECT_EQ(queries.authenticate->statement(),
              "SELECT name, secret, status, id FROM postern.login_secrets($1)");
    EXPECT_EQ(queries.emails->statement(), "SELECT address FROM postern.account_addresses($1)");
    EXPECT_TRUE(queries.lookup && queries.groups && queries.on_behalf_of);
    EXPECT_TRUE(queries.touch && queries.adopt && queries.list);
    EXPECT_FALSE(queries.login || queries.rehash);
    EXPECT_EQ(reading.settings->statement_timeout.count(), 4000);
    EXPECT_TRUE(read("rehash = true").settings->queries.rehash);
}

TEST(PostgresqlSettings, AnotherSchemaHasNoQueriesOfOurs) {
    const auto reading =
        read("query.authenticate = \"SELECT name, secret FROM accounts WHERE name = $1\"");
    ASSERT_TRUE(reading.settings) << reading.problems;
    const auto& queries = reading.settings->queries;
    EXPECT_FALSE(queries.lookup || queries.emails || queries.groups || queries.on_behalf_of);
    EXPECT_FALSE(queries.list);
    const auto less = read("query.groups = \"\"");
    EXPECT_FALSE(less.settings->queries.groups);
    EXPECT_TRUE(less.settings->queries.emails);
}

TEST(PostgresqlSettings, OurSchemaSaysWhereItTellsChangesAndAnotherOneIsAskedFor) {
    constexpr auto* watching = "cache.watch = true\n";
    const std::string another = "query.authenticate = \"SELECT :login, 'x'\"\n";
    EXPECT_EQ(read("").settings->notify, "postern_changed");
    EXPECT_FALSE(read("").settings->watches);
    EXPECT_TRUE(read(watching).settings->watches);
    EXPECT_EQ(read(watching).problems, "");
    EXPECT_EQ(read(another).settings->notify, "");
    EXPECT_EQ(read(another).problems, "");
    EXPECT_THAT(read(watching + another).problems,
                HasSubstr("it is not said on which channel changes are told"));
    const auto both = read(watching + another + "notify = \"Mail \\\"Changed\\\"\"\n");
    EXPECT_EQ(both.problems, "");
    EXPECT_EQ(both.settings->notify, "Mail \"Changed\"");
    EXPECT_EQ(read("notify = \"" + std::string(63, 'x') + "\"").problems, "");
    EXPECT_THAT(read("notify = \"" + std::string(64, 'x') + "\"").problems,
                HasSubstr("at most 63 octets"));
}

TEST(PostgresqlSettings, TellsWhatIsWrongAndWhatWouldBeRight) {
    struct Case {
        const char *toml, *problem;
    };
    for (const auto& [toml, problem] : {
             Case{"query.authenticate = \"SELECT name FROM t WHERE l = :user\"",
                  "at octet 30: unknown placeholder :user"},
             Case{"query.authenticate = \"\"", "it is not said who may log in"},
             Case{"query.emails = \"SELECT a FROM t WHERE l = :login\"",
                  "unknown placeholder :login"},
             Case{"query.rehash = \"UPDATE t SET s = :new WHERE n = :name\"\nrehash = true",
                  "a change in between would be lost"},
             Case{"query.authenticate = \"SELECT :login\"\nrehash = true",
                  "it is not said how a hash is replaced"},
             Case{"query.list = \"SELECT name FROM t LIMIT :limit\"",
                  "without :after and :limit it would not go on"},
             Case{"query.list = \"SELECT name FROM t WHERE name > :name LIMIT :limit\"",
                  "unknown placeholder :name"},
             Case{"statement-timeout = \"5s\"", "5000 ms is not below \"timeout\", 5000 ms"},
             Case{"timeout = \"1s\"\nstatement-timeout = \"2s\"", "is not below"},
             Case{"pool.connections = 0", "pool.connections"},
             Case{"query.mails = \"x\"", "mails"},
         })
        EXPECT_THAT(read(toml).problems, HasSubstr(problem)) << toml;
}

}  // namespace
}  // namespace postern::postgresql
