// However a migration ends, the database is before a step or behind it, and says which.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

#include "postgresql/schema_migrator.hpp"
#include "support/eventually.hpp"
#include "support/postgresql.hpp"

namespace postern::test {
namespace {

using directory::AdministrationError;
using postgresql::AccountConnection;
using postgresql::SchemaMigration;
using postgresql::SchemaMigrator;
using postgresql::shipped_migrations;
using ::testing::HasSubstr;
using Kind = AdministrationError::Kind;

constexpr const char* objects = R"(
SELECT count(*) FROM pg_class WHERE relnamespace::regnamespace::text = 'postern' AND relkind = 'r';
SELECT count(*) FROM pg_proc WHERE pronamespace::regnamespace::text = 'postern';
SELECT count(*) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
 WHERE relnamespace::regnamespace::text = 'postern' AND NOT tgisinternal;
SELECT coalesce(has_schema_privilege('postern_gateway', oid, 'USAGE'), false)
  FROM pg_namespace WHERE nspname = 'postern' AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'postern_gateway');
)";

class Migrations : public ::testing::Test {
 protected:
    static void SetUpTestSuite() { server = std::make_unique<Postgresql>(); }
    static void TearDownTestSuite() { server.reset(); }
    void SetUp() override { clean(); }

    static void clean() {
        server->sql(
            "DROP SCHEMA IF EXISTS postern CASCADE;"
            "DROP ROLE IF EXISTS postern_gateway; DROP ROLE IF EXISTS postern_admin");
    }
    static postgresql::ConnectionSettings settings() {
        postgresql::ConnectionSettings settings;
        settings.hosts.push_back({"127.0.0.1", server->port()});
        settings.keywords = {{"user", "postgres"}, {"dbname", "mail"}};
        return settings;
    }
    static void migrate(std::span<const SchemaMigration> steps = shipped_migrations(),
                        SchemaMigrator::Options options = {}, std::optional<unsigned> to = {}) {
        AccountConnection connection(settings());
        SchemaMigrator(connection, steps, std::move(options)).migrate({.to = to});
    }
    static std::string refusal(std::span<const SchemaMigration> steps, Kind kind = Kind::refused,
                               SchemaMigrator::Options options = {}) {
        try {
            migrate(steps, std::move(options));
        } catch (const AdministrationError& error) {
            EXPECT_EQ(error.kind(), kind) << error.what();
            return error.what();
        }
        return "";
    }
    static std::size_t applied() {
        if (server->sql("SELECT to_regclass('postern.schema_migrations')") == "\n") return 0;
        return std::stoul(server->sql("SELECT count(*) FROM postern.schema_migrations"));
    }
    // What is there behind each step, counted once.
    static std::vector<std::string> states() {
        std::vector<std::string> states{server->sql(objects)};
        for (unsigned step = 1; step <= shipped_migrations().size(); ++step) {
            migrate(shipped_migrations(), {}, step);
            states.push_back(server->sql(objects));
        }
        clean();
        return states;
    }
    static void wait_until_alone() {
        ASSERT_TRUE(eventually([] {
            return server->sql(
                       "SELECT count(*) FROM pg_stat_activity"
                       " WHERE application_name = 'postern administration'") == "0\n";
        }));
    }

    static std::unique_ptr<Postgresql> server;
};
std::unique_ptr<Postgresql> Migrations::server;

TEST_F(Migrations, DoNothingTheSecondTime) {
    migrate();
    const auto before = server->sql("SELECT * FROM postern.schema_migrations ORDER BY number");
    migrate();
    EXPECT_EQ(server->sql("SELECT * FROM postern.schema_migrations ORDER BY number"), before);
    EXPECT_EQ(applied(), shipped_migrations().size());
}

TEST_F(Migrations, GoAsFarAsTheyAreTold) {
    migrate(shipped_migrations(), {}, 2);
    EXPECT_EQ(applied(), 2U);
    migrate();
    EXPECT_EQ(applied(), shipped_migrations().size());
}

TEST_F(Migrations, RefuseAHistoryThatTheyCannotExplain) {
    migrate();
    std::vector<SchemaMigration> edited(shipped_migrations().begin(), shipped_migrations().end());
    const std::string other(64, 'a');
    edited[1].checksum = other;
    EXPECT_THAT(refusal(edited),
                ::testing::AllOf(HasSubstr(std::string(edited[1].name)), HasSubstr(other),
                                 HasSubstr(std::string(shipped_migrations()[1].checksum))));
    EXPECT_THAT(refusal(shipped_migrations().first(2)), HasSubstr("newer than this program"));
    server->sql("DELETE FROM postern.schema_migrations WHERE number = 2");
    EXPECT_THAT(refusal(shipped_migrations()), HasSubstr("without 0002"));
}

TEST_F(Migrations, TakeNothingOfAStepThatFails) {
    std::vector<SchemaMigration> steps(shipped_migrations().begin(), shipped_migrations().end());
    const auto number = static_cast<unsigned>(steps.size() + 1);
    steps.push_back({number, "0099_bad.sql", steps.front().checksum,
                     "CREATE TABLE postern.half (); SELECT 1 / 0"});
    EXPECT_THAT(refusal(steps), HasSubstr("0099_bad.sql: the database says: division by zero"));
    EXPECT_EQ(applied(), number - 1);
    EXPECT_EQ(server->sql("SELECT to_regclass('postern.half')"), "\n");
    steps.back().sql = "CREATE TABLE postern.half (); ROLLBACK";
    EXPECT_THAT(refusal(steps), HasSubstr("ended its transaction"));
    EXPECT_EQ(applied(), number - 1);
}

TEST_F(Migrations, SayWhenARoleIsMissingAndMayNotBeCreated) {
    server->sql(
        "DROP ROLE IF EXISTS dba; CREATE ROLE dba LOGIN PASSWORD 'x';"
        "GRANT CREATE ON DATABASE mail TO dba");
    auto as_dba = settings();
    as_dba.keywords["user"] = "dba";
    as_dba.password = crypto::Secret("x");
    const auto migrate_as_dba = [&] {
        AccountConnection connection(as_dba);
        SchemaMigrator(connection, shipped_migrations()).migrate({});
    };
    try {
        migrate_as_dba();
        FAIL();
    } catch (const AdministrationError& error) {
        EXPECT_THAT(error.what(), HasSubstr("dba may not create it"));
        EXPECT_THAT(error.hint(), HasSubstr("CREATEROLE"));
    }
    server->sql("ALTER ROLE dba CREATEROLE");
    migrate_as_dba();
    EXPECT_EQ(applied(), shipped_migrations().size());
    EXPECT_THAT(server->sql("SELECT name FROM postern.login_account('x')"), "");
}

// What is installed for DBAs: it goes on where a database is, and `migrate` goes on from there.
TEST_F(Migrations, CanBeAppliedByHand) {
    const TemporaryDirectory folder;
    namespace fs = std::filesystem;
    fs::copy(POSTERN_SOURCE_DIR "/migrations", folder.path());
    fs::copy(POSTERN_BINARY_DIR "/generated/postgresql/by_hand.sql", folder.path());
    migrate(shipped_migrations(), {}, 2);
    for (int time = 0; time < 2; ++time) {
        const auto done = run({.arguments = {"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f",
                                             folder / "by_hand.sql", server->url()}});
        EXPECT_EQ(done.status, 0) << done.errors;
        EXPECT_EQ(applied(), shipped_migrations().size());
    }
    EXPECT_NO_THROW(migrate());
}

TEST_F(Migrations, LetTheSecondOfTwoFindNothingToDo) {
    std::vector<std::thread> both;
    for (int i = 0; i < 2; ++i)
        both.emplace_back([] { EXPECT_NO_THROW(migrate()); });
    for (auto& each : both)
        each.join();
    EXPECT_EQ(applied(), shipped_migrations().size());
}

TEST_F(Migrations, WaitForEachOtherOnlySoLong) {
    AccountConnection other(settings());
    SchemaMigrator::Options in_a_hurry{.patience = std::chrono::milliseconds(200)};
    SchemaMigrator::Options holding;
    std::string refused;
    bool first = true;
    holding.before = [&](const std::string&) {
        if (std::exchange(first, false))
            refused = refusal(shipped_migrations(), Kind::unreachable, in_a_hurry);
    };
    SchemaMigrator(other, shipped_migrations(), holding).migrate({});
    EXPECT_THAT(refused, HasSubstr("somebody else is migrating"));
}

// SIGKILL before the first statement, the second, ... until it gets through.
TEST_F(Migrations, SurviveAKillBeforeEveryStatement) {
    const auto known = states();
    bool finished = false;
    for (int last = 0; !finished; ++last) {
        clean();
        const auto child = ::fork();
        if (child == 0) {
            int left = last;
            SchemaMigrator::Options options;
            options.before = [&](const std::string&) {
                if (left-- == 0) std::raise(SIGKILL);
            };
            migrate(shipped_migrations(), options);
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        finished = WIFEXITED(status);
        wait_until_alone();
        EXPECT_EQ(server->sql(objects), known.at(applied())) << "killed before statement " << last;
        EXPECT_NO_THROW(migrate());
        EXPECT_EQ(server->sql(objects), known.back());
    }
}

TEST_F(Migrations, SurviveTheEndOfTheirConnectionAtAnyTime) {
    const auto known = states();
    std::minstd_rand random(1);  // NOLINT(cert-msc51-cpp): the same moments in every run
    for (int round = 0; round < 30; ++round) {
        clean();
        const auto child = ::fork();
        if (child == 0) {
            try {
                migrate();
            } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): it was ended
            }
            ::_exit(0);
        }
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 80000));
        if (round % 2 == 0)
            ::kill(child, SIGKILL);
        else
            server->sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'postern administration'");
        ::waitpid(child, nullptr, 0);
        wait_until_alone();
        EXPECT_EQ(server->sql(objects), known.at(applied()));
    }
}

}  // namespace
}  // namespace postern::test
