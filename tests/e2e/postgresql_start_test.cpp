// What the gateway makes of a database while it starts and reloads: a query that the server refuses
// is a mistake in the settings, a server that does not answer is none.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "e2e/database_settings.hpp"
#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/postgresql.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using Clock = std::chrono::steady_clock;

class PostgresqlStart : public testing::Test {
 protected:
    static void SetUpTestSuite() {
        server = new Postgresql();
        server->sql(read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/standin.sql"));
    }
    static void TearDownTestSuite() { delete std::exchange(server, nullptr); }
    static std::string url() {
        return fmt::format("url = \"{}\"\n", server->url("gate", "gate%20secret"));
    }
    static std::string settings(const std::string& lines = "") { return with(url() + lines); }
    // A query of one's own has no others beside it by itself, so no addresses.
    static std::string with(const std::string& lines) {
        return replaced(database_settings(lines), "errors.wait",
                        "must-match-sender = false\nerrors.wait");
    }
    // "postern.toml:12:"
    static std::string line_of(const Installation& installation, const std::string& what) {
        const auto before = read_file(installation.settings_file());
        const auto end = before.begin() + static_cast<std::ptrdiff_t>(before.find(what));
        return fmt::format("postern.toml:{}:", std::count(before.begin(), end, '\n') + 1);
    }
    static int auth(const Gateway& gateway, const std::string& typed = database_password) {
        auto client = gateway.client();
        client.greet();
        return client.auth_plain("jane", typed).code;
    }
    static inline Postgresql* server = nullptr;
};

constexpr const char* by_name = "SELECT name, secret FROM postern.secrets WHERE name = :login";

TEST_F(PostgresqlStart, AQueryThatTheServerRefusesIsAMistakeInTheSettings) {
    struct Case {
        const char* name;
        std::string line, setting, words;
    };
    for (const auto& [name, line, setting, words] : {
             Case{"no such table",
                  "query.authenticate = \"SELECT name, secret FROM people WHERE name = :login\"\n",
                  "query.authenticate",
                  R"(undefined_table (42P01): relation "people" does not exist)"},
             Case{"no such column",
                  fmt::format("query.authenticate = \"{}\"\nquery.emails = \"SELECT mail FROM "
                              "postern.addresses WHERE name = :name\"\n",
                              by_name),
                  "query.emails", R"(undefined_column (42703): column "mail" does not exist)"},
             Case{"a column is missing",
                  "query.authenticate = \"SELECT name FROM postern.secrets WHERE name = :login\"\n",
                  "query.authenticate", R"(no column is called "secret")"},
             Case{"a column of another type",
                  fmt::format("query.authenticate = \"{}\"\nquery.groups = \"SELECT true FROM "
                              "postern.members WHERE name = :name\"\n",
                              by_name),
                  "query.groups", "is of type boolean"},
             Case{"no such schema",
                  "query.authenticate = \"SELECT name, secret FROM hidden.find(:login)\"\n",
                  "query.authenticate", R"(schema "hidden" does not exist)"},
         }) {
        SCOPED_TRACE(name);
        const Installation installation(settings(line));
        const auto begun = Clock::now();
        const auto serve = installation.command({"serve"});
        EXPECT_LT(Clock::now() - begun, 4s);
        EXPECT_EQ(serve.status, 78) << serve.errors;
        EXPECT_THAT(serve.errors, HasSubstr(line_of(installation, setting)));
        EXPECT_THAT(serve.errors, HasSubstr(fmt::format(": directory.accounts.{}: 127.0.0.1:{}: ",
                                                        setting, server->port())));
        EXPECT_THAT(serve.errors, HasSubstr(words));
        EXPECT_THAT(read_file(installation.directory() / "log"),
                    Not(HasSubstr("server.listening")));
    }
}

TEST_F(PostgresqlStart, AllRefusedQueriesAreNamedAtOnce) {
    const Installation installation(
        settings(fmt::format("query.authenticate = \"{}\"\n"
                             "query.emails = \"SELECT a FROM b WHERE c = :name\"\n"
                             "query.groups = \"SELECT d FROM e WHERE f = :name\"\n",
                             by_name)));
    const auto serve = installation.command({"serve"});
    EXPECT_EQ(serve.status, 78);
    EXPECT_THAT(serve.errors, HasSubstr(R"(directory.accounts.query.emails: )"));
    EXPECT_THAT(serve.errors, HasSubstr(R"(directory.accounts.query.groups: )"));
    EXPECT_THAT(serve.errors, Not(HasSubstr("accounts.query.authenticate: ")));
}

// The schema is not there: no query of the settings is wrong, so the directory is what is named.
TEST_F(PostgresqlStart, DefaultQueriesAreRefusedWhereTheDirectoryStands) {
    const Installation installation(database_settings(
        fmt::format("url = \"{}\"\n", server->url("gate", "gate%20secret", "postgres"))));
    const auto serve = installation.command({"serve"});
    EXPECT_EQ(serve.status, 78);
    EXPECT_THAT(serve.errors, HasSubstr(R"(schema "postern" does not exist)"));
    EXPECT_THAT(serve.errors, HasSubstr(line_of(installation, "[directory.accounts]")));
}

TEST_F(PostgresqlStart, TheOtherCommandsAnswerAsBefore) {
    const Installation installation(
        settings("query.authenticate = \"SELECT name, secret FROM people WHERE name = :login\"\n"));
    EXPECT_EQ(installation.command({"check"}).status, 0);
    EXPECT_EQ(installation.command({"check", "--connect"}).status, 75);
    const auto auth = installation.command({"auth", "jane"}, "correct horse\n");
    EXPECT_EQ(auth.status, 75) << auth.output;
    const auto lookup = installation.command({"lookup", "jane"});
    EXPECT_EQ(lookup.status, 75) << lookup.output;
}

TEST_F(PostgresqlStart, AReloadWithAWrongQueryChangesNothing) {
    Gateway gateway(settings());
    ASSERT_EQ(auth(gateway), 235);
    auto session = gateway.client();
    session.greet();
    gateway.write_settings(
        settings("query.authenticate = \"SELECT name, secret FROM people WHERE name = :login\"\n"));
    gateway.reload();
    const auto refused = [&] { return gateway.log().find("config.refused") != std::string::npos; };
    ASSERT_TRUE(eventually(refused)) << gateway.log();
    EXPECT_THAT(gateway.log(), HasSubstr("directory.accounts.query.authenticate"));
    EXPECT_THAT(gateway.log(), Not(HasSubstr("config.reloaded")));
    EXPECT_EQ(auth(gateway), 235) << "as before";
    EXPECT_EQ(session.auth_plain("jane", database_password).code, 235);
    gateway.write_settings(settings("pool.connections = 2\n"));
    gateway.reload();
    EXPECT_TRUE(eventually([&] {
        return gateway.log().find("config.reloaded") != std::string::npos;
    })) << gateway.log();
    EXPECT_EQ(auth(gateway), 235);
}

// A machine that swallows everything: connections are taken and nothing is ever said.
TEST_F(PostgresqlStart, GatewaysStartWithoutAnAnswerAndFindTheServerLater) {
    server->suspend();
    const auto begun = Clock::now();
    Gateway first(settings());
    EXPECT_LT(Clock::now() - begun, 6s);
    RecordProperty("start_ms", static_cast<int>((Clock::now() - begun) / 1ms));
    Gateway second(settings());
    EXPECT_EQ(auth(first), 454);
    EXPECT_EQ(auth(second, "wrong"), 454);
    server->resume();
    for (auto* gateway : {&first, &second}) {
        EXPECT_TRUE(eventually([&] { return auth(*gateway) == 235; })) << gateway->log();
        EXPECT_EQ(auth(*gateway, "wrong"), 535);
    }
}

TEST_F(PostgresqlStart, NobodyThereIsNoMistakeEither) {
    server->stop();
    const auto begun = Clock::now();
    Gateway gateway(settings());
    EXPECT_LT(Clock::now() - begun, 4s);
    EXPECT_EQ(auth(gateway), 454);
    gateway.reload();
    EXPECT_TRUE(
        eventually([&] { return gateway.log().find("config.reloaded") != std::string::npos; }));
    server->start();
    EXPECT_TRUE(eventually([&] { return auth(gateway) == 235; })) << gateway.log();
}

// One server swallows everything, the other one refuses a query: that is certain.
TEST_F(PostgresqlStart, ASilentServerHidesNoMistakeThatAnotherOneTells) {
    Postgresql silent;
    const auto lines = fmt::format(
        "host = [\"127.0.0.1:{}\", \"127.0.0.1:{}\"]\ndatabase = \"mail\"\nuser = \"gate\"\n"
        "password = \"gate secret\"\nquery.authenticate = \"SELECT name, secret FROM people WHERE "
        "name = :login\"\n",
        silent.port(), server->port());
    const Installation installation(with(lines));
    silent.suspend();
    const auto serve = installation.command({"serve"});
    EXPECT_EQ(serve.status, 78) << serve.errors;
    EXPECT_THAT(serve.errors, HasSubstr("undefined_table"));
}

}  // namespace
}  // namespace postern::test
