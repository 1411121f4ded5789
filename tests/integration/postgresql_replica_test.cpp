// backends/postgresql before a primary and its streaming standby.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/postgresql.hpp"
#include "support/run_task.hpp"
#include "support/temporary_directory.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::eventually;
using test::Postgresql;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string correct = "correct horse";

struct Pair {
    Pair() {
        primary.sql(test::read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/standin.sql"));
        standby = primary.standby();
        if (!eventually([&] { return standby->has_all_of(primary); }))
            throw std::runtime_error("the standby does not follow: " + standby->log());
    }
    Postgresql primary;
    std::unique_ptr<Postgresql> standby;
};

class PostgresqlReplica : public testing::Test {
 protected:
    static void SetUpTestSuite() { pair = new Pair(); }
    static void TearDownTestSuite() { delete std::exchange(pair, nullptr); }
    static inline Pair* pair = nullptr;
};

using Servers = std::vector<const Postgresql*>;

std::string settings(const Servers& servers, const std::string& more = "") {
    std::string hosts;
    for (const auto* server : servers)
        hosts += fmt::format("{}\"127.0.0.1:{}\"", hosts.empty() ? "" : ", ", server->port());
    return fmt::format(
        "type = \"postgresql\"\nhost = [{}]\nuser = \"gate\"\npassword = \"gate secret\"\n"
        "database = \"mail\"\ntimeout = \"20s\"\n{}",
        hosts, more);
}

// What was asked of it by the directory.
std::string step_at(const Postgresql& server, const std::string& step) {
    return fmt::format("server=\"127.0.0.1:{}\" step=\"{}\"", server.port(), step);
}

TEST_F(PostgresqlReplica, TheAttributesSayWhichOfTheTwoIsAsked) {
    const auto *primary = &pair->primary, *standby = pair->standby.get();
    struct Case {
        const char* attributes;
        Servers hosts;
        const Postgresql* asked;  // nullptr: nobody
    };
    for (const auto& [attributes, hosts, asked] : {
             Case{"any", {primary, standby}, primary},
             Case{"any", {standby, primary}, standby},
             Case{"read-write", {standby, primary}, primary},
             Case{"read-only", {primary, standby}, standby},
             Case{"primary", {standby, primary}, primary},
             Case{"standby", {primary, standby}, standby},
             Case{"prefer-standby", {primary, standby}, standby},
             Case{"prefer-standby", {primary}, primary},
             Case{"read-write", {standby}, nullptr},
             Case{"primary", {standby}, nullptr},
             Case{"read-only", {primary}, nullptr},
             Case{"standby", {primary}, nullptr},
         }) {
        SCOPED_TRACE(fmt::format("{} of {}", attributes, hosts.size()));
        DirectoryHost host(
            settings(hosts, fmt::format("target-session-attrs = \"{}\"\n", attributes)));
        const auto outcome = host.outcome("jane", correct);
        EXPECT_EQ(outcome, asked ? "accepted Jane" : "unavailable directory") << host.log();
        for (const auto* server : hosts)
            EXPECT_EQ(host.log().find(step_at(*server, "authenticate")) != std::string::npos,
                      server == asked)
                << host.log();
    }
}

TEST_F(PostgresqlReplica, AStandbyAnswersEverythingAsThePrimaryDoes) {
    DirectoryHost host(settings({pair->standby.get()}));
    DirectoryHost other(settings({&pair->primary}));
    for (const auto* login : {"jane", "joe", "paul", "mary", "luke", "odd", "nobody"}) {
        EXPECT_EQ(host.outcome(login, correct), other.outcome(login, correct)) << login;
        EXPECT_EQ(host.outcome(login), other.outcome(login)) << login;
    }
    EXPECT_EQ(host.principal("jane"), other.principal("jane"));
    EXPECT_THAT(host.findings(), testing::Contains(HasSubstr("(a standby)")));
}

TEST_F(PostgresqlReplica, WhatCannotBeWrittenIsNoReasonToRefuseALogin) {
    DirectoryHost host(settings({pair->standby.get()}, "rehash = true\n"));
    const auto tells = [&](const std::string& query) {
        return host.log().find(query + ": read_only_transaction (25006)") != std::string::npos;
    };
    EXPECT_TRUE(eventually([&] {
        EXPECT_EQ(host.outcome("jane", correct), "accepted Jane");
        EXPECT_EQ(host.outcome("joe", "k7-phone"), "accepted joe");
        return tells("query.rehash") && tells("query.touch");
    })) << host.log();
    EXPECT_THAT(host.log(), Not(HasSubstr("directory.server-down")));
}

// Of somebody who is moved there: the next server may write.
TEST_F(PostgresqlReplica, ANewcomerIsTakenInWhereItCanBeWritten) {
    const std::string adopt =
        "query.adopt = \"UPDATE postern.people SET status = status WHERE name = :name RETURNING "
        "true\"\n";
    const auto outcome = [&](const Servers& servers) {
        DirectoryHost host(settings(servers, adopt));
        directory::Newcomer joe;
        joe.principal.name = "joe";
        const auto answer = test::run_task(host.service().adopt(joe));
        if (const auto* unavailable = std::get_if<identity::Unavailable>(&answer))
            return unavailable->why;
        return std::string(
            std::get<directory::Adopted>(answer) == directory::Adopted::taken_in ? "taken in" : "");
    };
    EXPECT_THAT(outcome({pair->standby.get()}), HasSubstr("read_only_transaction (25006)"));
    EXPECT_EQ(outcome({pair->standby.get(), &pair->primary}), "taken in");
}

TEST(PostgresqlFailover, LoginsGoOnWithoutThePrimaryAndWritesComeBackWithAPromotion) {
    Pair pair;
    auto& standby = *pair.standby;
    const Servers both{&pair.primary, &standby};
    DirectoryHost host(settings(both, "rehash = true\n"));
    DirectoryHost writing(settings(both, "target-session-attrs = \"read-write\"\n"));
    EXPECT_EQ(host.outcome("mary", correct), "rejected expired mary");
    EXPECT_EQ(writing.outcome("jane", correct), "accepted Jane");
    pair.primary.kill();
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(host.outcome("jane", correct), "accepted Jane") << host.log();
        EXPECT_EQ(host.outcome("jane", "wrong"), "rejected bad_credentials Jane") << host.log();
    }
    EXPECT_THAT(writing.outcome("jane", correct), StartsWith("unavailable directory"));

    standby.promote();
    const auto is_rehashed = [&] {
        EXPECT_EQ(host.outcome("jane", correct), "accepted Jane") << host.log();
        return standby.sql("SELECT secret FROM postern.secrets WHERE name = 'Jane'")
            .starts_with("$argon2id$");
    };
    EXPECT_TRUE(eventually(is_rehashed)) << host.log();
    EXPECT_TRUE(eventually([&] { return writing.outcome("jane", correct) == "accepted Jane"; }))
        << writing.log();
}

}  // namespace
}  // namespace postern
