// backends/postgresql hears what a real PostgreSQL tells of changes in it, and notices when it does
// not any more.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/plugin_loader.hpp"
#include "postgresql/schema_migrator.hpp"
#include "support/captured_log.hpp"
#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/fault_proxy.hpp"
#include "support/free_port.hpp"
#include "support/pgbouncer.hpp"
#include "support/postgresql.hpp"
#include "support/run_task.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::FaultProxy;
using test::PgBouncer;
using test::Postgresql;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAreArray;
using namespace std::chrono_literals;

using Names = std::vector<std::string>;

class Told final : public directory::Changes {
 public:
    void account_changed(std::string_view name) override { names.emplace_back(name); }
    void everything_changed() override { names.emplace_back("everybody"); }
    void begun() override { ++begins; }
    Names names;
    std::size_t begins = 0;
};

// A directory of the real plugin, on a thread of the test's own.
class Watched {
 public:
    explicit Watched(const std::string& settings) {
        auto document = config::Document::parse("[directory.sql]\n" + settings, "t");
        auto section = document.root().table("directory").table("sql");
        directory_ = loader_.load("postgresql").create({io_, pool_, {}, {}, log_, "sql"}, section);
        if (!directory_) throw std::runtime_error(document.problems().front().text());
    }
    ~Watched() {
        cancel();
        directory_.reset();
        io_.restart();
        io_.run_for(1s);  // as a Service does
    }

    // Returns when changes are heard, or cannot be.
    void watch() {
        cancel();
        const auto before = told.begins;
        watching_.emplace(io_, directory_->watch(told));
        test::run_until(io_, [&] { return watching_->done() || told.begins > before; });
    }
    // What was told since the last time, as soon as there is something.
    Names next() {
        test::run_until(io_, [&] { return !told.names.empty(); });
        io_.restart();
        io_.run_for(50ms);  // for what should not come
        return std::exchange(told.names, {});
    }
    // Why nothing is heard any more.
    std::string end() {
        test::run_until(io_, [&] { return watching_->done(); });
        try {
            watching_->value();
            return "it ended";
        } catch (const std::exception& error) {
            return error.what();
        }
    }
    bool ended() const { return watching_->done(); }
    void cancel() {
        if (!watching_ || watching_->done()) return;
        watching_->cancel();
        test::run_until(io_, [&] { return watching_->done(); });
    }

    Told told;

 private:
    test::CapturedLog log_;
    net::asio::io_context io_{1};
    directory::PluginLoader loader_{POSTERN_BINARY_DIR "/lib/postern/backends"};
    crypto::HashPool pool_{{.threads = 1}};
    std::unique_ptr<directory::Directory> directory_;
    std::optional<test::Running<void>> watching_;
};

class PostgresqlChanges : public testing::Test {
 protected:
    static void SetUpTestSuite() {
        server = new Postgresql();
        postgresql::ConnectionSettings settings;
        settings.hosts.push_back({"127.0.0.1", server->port()});
        settings.keywords = {{"user", "postgres"}, {"dbname", "mail"}};
        postgresql::AccountConnection connection(settings);
        postgresql::SchemaMigrator(connection, postgresql::shipped_migrations()).migrate({});
        server->sql(
            "CREATE ROLE gate LOGIN PASSWORD 'gate secret';"
            "GRANT postern_gateway TO gate;"
            "SELECT postern.adopt_account('jane', '$argon2id$x', '{}', '{sales}');"
            "SELECT postern.adopt_account('joe', '$argon2id$x', '{}', '{}')");
    }
    static void TearDownTestSuite() { delete std::exchange(server, nullptr); }

    static std::string hosts(const Names& all, const std::string& more = "") {
        return fmt::format(
            "type = \"postgresql\"\nhost = [\"{}\"]\nuser = \"gate\"\n"
            "password = \"gate secret\"\ndatabase = \"mail\"\ntimeout = \"2s\"\n"
            "pool.idle = \"1s\"\n{}",
            fmt::join(all, "\", \""), more);
    }
    static std::string address(std::uint16_t port) { return fmt::format("127.0.0.1:{}", port); }
    static std::string ours(const std::string& more = "") {
        return hosts({address(server->port())}, more);
    }
    static std::size_t listeners() {
        return std::stoul(
            server->sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'gate' AND "
                        "query LIKE '%pg_backend_pid()'"));
    }
    static inline Postgresql* server = nullptr;
};

TEST_F(PostgresqlChanges, OurSchemaTellsWhoHasChanged) {
    Watched watched(ours());
    watched.watch();
    EXPECT_EQ(watched.told.begins, 1U);
    struct Case {
        const char* statement;
        Names told;
    };
    for (const auto& [statement, told] : {
             Case{"UPDATE postern.secrets SET hash = '$argon2id$y' WHERE account = 'jane'",
                  {"jane"}},
             Case{"UPDATE postern.accounts SET status = 'disabled'", {"jane", "joe"}},
             Case{"INSERT INTO postern.app_passwords (id, account, label, hash) VALUES "
                  "('abcdefg2', 'joe', 'phone', '$x')",
                  {"joe"}},
             Case{"INSERT INTO postern.addresses (address, account) VALUES ('j@x', 'joe')",
                  {"joe"}},
             Case{"INSERT INTO postern.memberships VALUES ('sales', 'joe')", {"joe"}},
             Case{"INSERT INTO postern.delegations VALUES ('joe', 'jane', 'on_behalf_of')",
                  {"joe"}},
             Case{"DELETE FROM postern.groups", {"jane", "joe"}},
             Case{"TRUNCATE postern.app_passwords", {"everybody"}},
             Case{"BEGIN; DELETE FROM postern.delegations; ROLLBACK;"
                  "DELETE FROM postern.addresses WHERE address = 'j@x'",
                  {"joe"}},
             Case{"NOTIFY another_channel, 'eve'; NOTIFY postern_changed, 'Jane \"J\" Doe'",
                  {"Jane \"J\" Doe"}},
         }) {
        server->sql(statement);
        EXPECT_THAT(watched.next(), UnorderedElementsAreArray(told)) << statement;
    }
}

TEST_F(PostgresqlChanges, AnotherSchemaTellsItOnAChannelOfItsOwn) {
    Watched watched(
        ours("query.authenticate = \"SELECT :login AS name, 'x' AS secret\"\n"
             "notify = 'Mail \"changes\"'\n"));
    watched.watch();
    server->sql(
        R"(NOTIFY mail, 'no'; NOTIFY "Mail ""changes""", 'jane'; NOTIFY "Mail ""changes""")");
    EXPECT_THAT(watched.next(), ElementsAre("jane", "everybody"));
}

TEST_F(PostgresqlChanges, WhatIsLostIsNoticedAtOnceAndHeardAgain) {
    Watched watched(ours());
    watched.watch();
    server->sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gate'");
    EXPECT_THAT(watched.end(), HasSubstr("57P01"));
    watched.watch();
    EXPECT_EQ(watched.told.begins, 2U);
    server->sql("NOTIFY postern_changed, 'jane'");
    EXPECT_THAT(watched.next(), ElementsAre("jane"));

    server->stop();
    EXPECT_NE(watched.end(), "");
    watched.watch();
    EXPECT_THAT(watched.end(), HasSubstr("no change can be heard: 127.0.0.1:"));
    server->start();
    watched.watch();
    EXPECT_EQ(watched.told.begins, 3U);
}

TEST_F(PostgresqlChanges, ANetworkThatSaysNothingIsNoticed) {
    FaultProxy proxy(server->port());
    Watched watched(hosts({address(proxy.port())}));
    watched.watch();
    ASSERT_EQ(watched.told.begins, 1U);
    proxy.set(FaultProxy::Fault::swallows);
    const auto begun = net::Clock::now();
    EXPECT_NE(watched.end(), "");
    EXPECT_LT(net::Clock::now() - begun, 6s);
}

TEST_F(PostgresqlChanges, WhoeverStopsListeningLeavesNoSessionBehind) {
    Watched watched(ours());
    watched.watch();
    EXPECT_EQ(listeners(), 1U);
    watched.cancel();
    EXPECT_THAT(watched.end(), HasSubstr("cancel"));
    EXPECT_TRUE(test::eventually([] { return listeners() == 0; }));
}

TEST_F(PostgresqlChanges, AStandbyTellsNothingSoThePrimaryIsHeard) {
    const auto standby = server->standby();
    const auto first = address(standby->port()), second = address(server->port());
    Watched watched(hosts({first, address(test::free_port()), second},
                          "target-session-attrs = \"prefer-standby\"\n"));
    watched.watch();
    server->sql("NOTIFY postern_changed, 'jane'");
    EXPECT_THAT(watched.next(), ElementsAre("jane"));

    Watched alone(hosts({first}));
    alone.watch();
    EXPECT_THAT(alone.end(), HasSubstr("standby"));
    DirectoryHost host(hosts({first}, "cache.watch = true\n"));
    EXPECT_THAT(host.findings(),
                testing::Contains(testing::AllOf(HasSubstr("fault cache.watch: no change can be"),
                                                 HasSubstr("standby"))));
}

TEST_F(PostgresqlChanges, APoolerOfTransactionsIsFoundOut) {
    const PgBouncer pooler(*server);
    Watched watched(pooler.directory("prepare = false\n"));
    // It takes a moment until it is there.
    ASSERT_TRUE(test::eventually([&] {
        watched.watch();
        return watched.ended() &&
               watched.end().find("LISTEN needs one of its own") != std::string::npos;
    }));
    EXPECT_EQ(watched.told.begins, 0U);
    DirectoryHost host(pooler.directory("prepare = false\ncache.watch = true\n"));
    EXPECT_THAT(host.findings(), testing::Contains(HasSubstr("a pooler in between gives")));
}

TEST_F(PostgresqlChanges, APoolerOfSessionsLetsItHear) {
    const PgBouncer pooler(*server, "session");
    Watched watched(pooler.directory("prepare = false\n"));
    ASSERT_TRUE(test::eventually([&] {
        watched.watch();
        return watched.told.begins > 0;
    }));
    server->sql("NOTIFY postern_changed, 'jane'");
    EXPECT_THAT(watched.next(), ElementsAre("jane"));
}

TEST_F(PostgresqlChanges, ACheckSaysWhetherItWouldHear) {
    DirectoryHost host(ours("cache.watch = true\n"));
    EXPECT_THAT(host.findings(), testing::Contains(fmt::format("good 127.0.0.1:{} tells changes on "
                                                               "\"postern_changed\"",
                                                               server->port())));
    DirectoryHost without(ours());
    EXPECT_THAT(without.findings(), testing::Not(testing::Contains(HasSubstr("changes"))));
}

}  // namespace
}  // namespace postern
