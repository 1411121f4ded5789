// backends/postgresql and a server that fails: the answer is "I don't know", in time, and never
// "no".
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/fault_proxy.hpp"
#include "support/free_port.hpp"
#include "support/gateway.hpp"
#include "support/postgresql.hpp"
#include "support/temporary_directory.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::eventually;
using test::FaultProxy;
using test::Postgresql;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Fault = FaultProxy::Fault;

constexpr auto timeout = 2s;

std::string hosts(std::initializer_list<std::uint16_t> ports, const std::string& more = "") {
    std::string list;
    for (const auto port : ports)
        list += fmt::format("{}\"127.0.0.1:{}\"", list.empty() ? "" : ", ", port);
    return fmt::format(
        "type = \"postgresql\"\nhost = [{}]\nuser = \"gate\"\npassword = \"gate secret\"\n"
        "database = \"mail\"\ntimeout = \"2s\"\npool.idle = \"1s\"\n{}",
        list, more);
}

const std::string correct = "correct horse";

// The answer came within the directory's deadline, with a little for a busy machine.
std::string in_time(DirectoryHost& host, const std::string& password = correct,
                    const std::string& login = "jane") {
    const auto begun = Clock::now();
    auto outcome = host.outcome(login, password);
    EXPECT_LT(Clock::now() - begun, timeout + 1s) << outcome;
    return outcome;
}

bool recovers(DirectoryHost& host) {
    return eventually([&] { return in_time(host) == "accepted Jane"; });
}

std::string words_of_wrong_password() {
    return "rejected bad_credentials Jane";
}

class PostgresqlFaults : public testing::Test {
 protected:
    PostgresqlFaults() {
        server.sql(test::read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/standin.sql"));
    }
    void end_sessions() {
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gate'");
    }
    // All connections are there, and nothing more is heard on them: the last query of the settings
    // has been prepared, or asked.
    bool is_settled() {
        return eventually([&] {
            return server.sql(
                       "SELECT count(*) FROM pg_stat_activity WHERE usename = 'gate' AND "
                       "state = 'idle' AND query ~ 'on_behalf_of|adopt_account'") == "4\n";
        });
    }
    Postgresql server;
    FaultProxy proxy{server.port()};
};

TEST_F(PostgresqlFaults, EveryFaultIsUnavailableAndPasses) {
    DirectoryHost host(hosts({proxy.port()}, "tls.mode = \"disable\"\n"));
    ASSERT_EQ(in_time(host), "accepted Jane");
    for (const auto fault : {Fault::closes, Fault::garbage, Fault::cuts, Fault::swallows}) {
        SCOPED_TRACE(static_cast<int>(fault));
        proxy.set(fault);
        EXPECT_THAT(in_time(host), AnyOf(StartsWith("unavailable"), "accepted Jane"));
        EXPECT_THAT(in_time(host, "battery staple"),
                    AnyOf(StartsWith("unavailable"), words_of_wrong_password()));
        EXPECT_THAT(in_time(host), StartsWith("unavailable")) << host.log();
        proxy.set(Fault::none);
        EXPECT_TRUE(recovers(host)) << host.log();
    }
}

TEST_F(PostgresqlFaults, ASlowServerIsWaitedForWithinTheDeadline) {
    DirectoryHost host(hosts({proxy.port()}));
    ASSERT_EQ(in_time(host), "accepted Jane");
    proxy.set(Fault::slow);
    proxy.set_delay(300ms);
    EXPECT_EQ(in_time(host), "accepted Jane");
    proxy.set_delay(2s);
    EXPECT_THAT(in_time(host), StartsWith("unavailable"));
    proxy.set(Fault::none);
    EXPECT_TRUE(recovers(host));
}

TEST_F(PostgresqlFaults, AServerThatIsGoneComesBack) {
    DirectoryHost host(hosts({server.port()}));
    ASSERT_EQ(in_time(host), "accepted Jane");
    server.kill();
    EXPECT_THAT(in_time(host), StartsWith("unavailable directory"));
    const auto begun = Clock::now();
    EXPECT_THAT(in_time(host), StartsWith("unavailable directory"));
    EXPECT_LT(Clock::now() - begun, 200ms) << "it is known to be down: nobody waits for it";
    EXPECT_THAT(host.why("jane", correct), HasSubstr("refused"));
    server.start();
    EXPECT_TRUE(recovers(host)) << host.log();
    EXPECT_THAT(host.log(), HasSubstr("directory.server-up"));
}

TEST_F(PostgresqlFaults, AServerThatIsNotThereYetIsFoundLater) {
    server.stop();
    DirectoryHost host(hosts({server.port()}));
    EXPECT_THAT(in_time(host), StartsWith("unavailable directory"));
    server.start();
    EXPECT_TRUE(recovers(host)) << host.log();
}

TEST_F(PostgresqlFaults, AServerThatHangsIsNotWaitedForTwice) {
    DirectoryHost host(hosts({server.port()}));
    ASSERT_EQ(in_time(host), "accepted Jane");
    ASSERT_TRUE(is_settled());
    server.suspend();
    EXPECT_THAT(in_time(host), StartsWith("unavailable"));
    const auto begun = Clock::now();
    EXPECT_THAT(in_time(host), StartsWith("unavailable"));
    EXPECT_LT(Clock::now() - begun, 500ms);
    server.resume();
    EXPECT_TRUE(recovers(host));
}

// Between two looks of our own at the server, which would find it down.
TEST_F(PostgresqlFaults, ARestartBetweenTwoLoginsIsNotNoticed) {
    DirectoryHost host(test::replaced(hosts({server.port()}), "pool.idle = \"1s\"", ""));
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(in_time(host), "accepted Jane") << host.log();
        server.stop();
        server.start();
        EXPECT_EQ(in_time(host, "battery staple"), words_of_wrong_password()) << host.log();
    }
}

TEST_F(PostgresqlFaults, SessionsThatAreEndedAtAnyMomentTurnNoAnswerIntoANo) {
    DirectoryHost host(hosts({server.port()}));
    ASSERT_EQ(in_time(host), "accepted Jane");
    std::atomic<bool> enough{false};
    std::thread terminator([&] {
        while (!enough)
            end_sessions();
    });
    int answered = 0;
    for (int i = 0; i < 150; ++i) {
        const auto right = in_time(host);
        EXPECT_THAT(right, AnyOf("accepted Jane", StartsWith("unavailable")));
        const auto wrong = in_time(host, "battery staple");
        EXPECT_THAT(wrong, AnyOf(words_of_wrong_password(), StartsWith("unavailable")));
        answered += right.starts_with("accepted") ? 1 : 0;
        const auto unknown = host.outcome("nobody", "x");
        EXPECT_THAT(unknown, AnyOf("rejected unknown_user", StartsWith("unavailable")));
    }
    enough = true;
    terminator.join();
    RecordProperty("answered_of_150", answered);
    EXPECT_TRUE(recovers(host)) << host.log();
}

TEST_F(PostgresqlFaults, AServerOutOfConnectionsIsUnavailable) {
    server.sql("ALTER ROLE gate CONNECTION LIMIT 0");
    DirectoryHost host(hosts({server.port()}));
    EXPECT_THAT(in_time(host), StartsWith("unavailable directory"));
    EXPECT_THAT(host.why("jane", correct), HasSubstr("too_many_connections (53300)"));
    server.sql("ALTER ROLE gate CONNECTION LIMIT 1");
    EXPECT_TRUE(recovers(host)) << "one connection is enough";
    server.sql("ALTER ROLE gate CONNECTION LIMIT 0");
    end_sessions();
    EXPECT_THAT(in_time(host), StartsWith("unavailable directory"));
    server.sql("ALTER ROLE gate CONNECTION LIMIT -1");
    EXPECT_TRUE(recovers(host));
}

TEST_F(PostgresqlFaults, AServerThatDoesNotKnowUsIsUnavailable) {
    DirectoryHost host(hosts({server.port()}));
    ASSERT_EQ(in_time(host), "accepted Jane");
    server.sql("ALTER ROLE gate PASSWORD 'other'");
    end_sessions();
    EXPECT_THAT(in_time(host), StartsWith("unavailable directory"));
    // The first question may have been under way on a session that was ended.
    const auto is_refused = [&] {
        in_time(host);
        return host.log().find("directory.service-refused") != std::string::npos;
    };
    EXPECT_TRUE(eventually(is_refused)) << host.log();
    EXPECT_THAT(host.log(), HasSubstr("invalid_password (28P01)"));
    EXPECT_THAT(host.log(), testing::Not(HasSubstr("gate secret")));
    server.sql("ALTER ROLE gate PASSWORD 'gate secret'");
    EXPECT_TRUE(recovers(host));
}

TEST_F(PostgresqlFaults, AServerThatMayNotWriteIsGoodForReading) {
    server.sql("ALTER ROLE gate SET default_transaction_read_only = on");
    // A hash that takes longer than the deadline is not written: on a busy machine it may.
    DirectoryHost host(test::replaced(hosts({server.port()}, "rehash = true\n"), "timeout = \"2s\"",
                                      "timeout = \"20s\""));
    EXPECT_TRUE(eventually([&] {
        EXPECT_EQ(in_time(host), "accepted Jane");
        return host.log().find("read_only_transaction") != std::string::npos;
    })) << host.log();
    EXPECT_EQ(in_time(host), "accepted Jane");
}

// What goes wrong with one login, and what goes wrong with all of them.
TEST_F(PostgresqlFaults, AnErrorOfAQueryIsNoRejection) {
    server.sql(R"(
        CREATE SEQUENCE tries;
        GRANT ALL ON SEQUENCE tries TO gate;
        CREATE FUNCTION trouble(wanted text) RETURNS TABLE (name text, secret text)
            LANGUAGE plpgsql AS $$ BEGIN
            IF wanted = 'deadlock' THEN RAISE 'unlucky' USING ERRCODE = '40P01'; END IF;
            IF wanted = 'luckier' AND nextval('tries') % 2 = 1 THEN
                RAISE 'unlucky' USING ERRCODE = '40P01'; END IF;
            IF wanted = 'sleeper' THEN PERFORM pg_sleep(30); END IF;
            IF wanted = 'number' THEN PERFORM wanted::int; END IF;
            IF wanted = 'raiser' THEN RAISE 'I do not like %', wanted; END IF;
            IF wanted = 'writer' THEN PERFORM set_config('transaction_read_only', 'on', true);
                UPDATE postern.people SET status = status; END IF;
            IF wanted = 'disk' THEN RAISE 'full' USING ERRCODE = '53100'; END IF;
            RETURN QUERY SELECT s.name, s.secret FROM postern.secrets s
                WHERE lower(s.name) = wanted OR wanted = 'luckier' AND s.name = 'Jane'; END $$;)");
    DirectoryHost host(
        hosts({server.port()}, "query.authenticate = \"SELECT * FROM trouble(:login)\"\n"));
    ASSERT_EQ(in_time(host), "accepted Jane") << host.log();
    struct Case {
        std::string login, outcome;
    };
    for (const auto& [login, outcome] : {
             Case{"deadlock", "unavailable question"},
             Case{"luckier", "accepted Jane"},
             Case{"sleeper", "unavailable question"},
             Case{"number", "unavailable question"},
             Case{"raiser", "unavailable question"},
             Case{"writer", "unavailable directory"},
             Case{"disk", "unavailable directory"},
         }) {
        EXPECT_EQ(in_time(host, correct, login), outcome) << login << host.log();
        EXPECT_EQ(in_time(host), "accepted Jane") << "nobody else suffers: " << login;
    }
    EXPECT_THAT(host.why("sleeper", correct), HasSubstr("query_canceled (57014)"));
    EXPECT_THAT(host.log(), testing::Not(HasSubstr("I do not like")));
}

TEST_F(PostgresqlFaults, WhoAsksSomethingSlowHoldsNobodyUp) {
    DirectoryHost host(hosts(
        {server.port()},
        "query.authenticate = \"\"\"SELECT name, secret FROM postern.secrets, LATERAL (SELECT "
        "CASE WHEN :login = 'sleeper' THEN pg_sleep(30)::text END) x WHERE lower(name) = "
        ":login OR :login = 'sleeper'\"\"\"\n"));
    ASSERT_EQ(in_time(host), "accepted Jane") << host.log();
    std::thread slow([&] { EXPECT_THAT(in_time(host, correct, "sleeper"), StartsWith("unav")); });
    std::this_thread::sleep_for(100ms);  // for the other one to be first; it only makes this harder
    for (int i = 0; i < 20; ++i) {
        const auto begun = Clock::now();
        EXPECT_EQ(in_time(host), "accepted Jane");
        EXPECT_LT(Clock::now() - begun, 1s);
    }
    slow.join();
}

TEST_F(PostgresqlFaults, ASchemaMayChangeUnderneath) {
    DirectoryHost host(hosts({server.port()},
                             "query.authenticate = \"SELECT * FROM postern.secrets WHERE "
                             "lower(name) = :login\"\n"));
    ASSERT_EQ(in_time(host), "accepted Jane");
    server.sql("ALTER TABLE postern.secrets ADD COLUMN note text");
    EXPECT_EQ(in_time(host), "accepted Jane") << host.log();
    server.sql("ALTER TABLE postern.secrets RENAME COLUMN secret TO password");
    EXPECT_THAT(in_time(host), StartsWith("unavailable directory"));
    EXPECT_THAT(host.log(), HasSubstr("directory.query-refused"));
    server.sql("ALTER TABLE postern.secrets RENAME COLUMN password TO secret");
    EXPECT_TRUE(recovers(host)) << host.log();
    server.sql("REVOKE SELECT ON postern.secrets FROM gate");
    EXPECT_THAT(in_time(host), StartsWith("unavailable directory"));
    server.sql("GRANT SELECT ON postern.secrets TO gate");
    EXPECT_TRUE(recovers(host));
}

TEST_F(PostgresqlFaults, TheSecondServerAnswersForTheFirst) {
    Postgresql second;
    second.sql(test::read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/standin.sql"));
    DirectoryHost dead_first(hosts({test::free_port(), second.port()}));
    EXPECT_EQ(in_time(dead_first), "accepted Jane") << dead_first.log();

    DirectoryHost host(hosts({server.port(), second.port()}));
    ASSERT_EQ(in_time(host), "accepted Jane");
    server.suspend();
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(in_time(host), "accepted Jane") << i << host.log();
    EXPECT_EQ(in_time(host, "battery staple"), words_of_wrong_password());
    second.kill();
    EXPECT_THAT(in_time(host, "battery staple"), StartsWith("unavailable"));
    server.resume();
    EXPECT_TRUE(recovers(host)) << "as soon as one is back";
}

TEST_F(PostgresqlFaults, OnlyAServerThatIsWhatItShouldBeIsAsked) {
    DirectoryHost host(hosts({server.port()}, "target-session-attrs = \"standby\"\n"));
    EXPECT_THAT(in_time(host), StartsWith("unavailable directory"));
    EXPECT_THAT(host.why("jane", correct), HasSubstr("standby"));
    DirectoryHost other(hosts({server.port()}, "target-session-attrs = \"prefer-standby\"\n"));
    EXPECT_EQ(in_time(other), "accepted Jane");
}

}  // namespace
}  // namespace postern
