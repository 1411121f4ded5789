// Two built gateways that remember together in a real Redis, before a real PostgreSQL that tells
// them what changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "e2e/directory_settings.hpp"
#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/postgresql.hpp"
#include "support/redis.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Hashes cost little, so that what takes its time is what is tested.
constexpr const char* directory_lines = R"toml(
[server.hash.new]
memory = "1m"
passes = 1
[cache]
key = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
[redis.shared]
url = "${redis}"
[directory.accounts]
type = "postgresql"
timeout = "10s"
url = "${url}"
admin.url = "${admin}"
cache = { redis = "shared", watch = true }
)toml";

class CacheWatch : public testing::Test {
 protected:
    CacheWatch() {
        const Installation dba("[directory.sql]\ntype = \"postgresql\"\nurl = \"${url}\"\n",
                               {{"url", database.url()}});
        const auto migrated = dba.command({"migrate"});
        if (migrated.status != 0) throw std::runtime_error(migrated.errors);
        database.sql(
            "CREATE ROLE gate LOGIN PASSWORD 'gate secret'; GRANT postern_gateway TO gate;"
            "CREATE ROLE helpdesk LOGIN PASSWORD 'let me in';"
            "GRANT postern_admin TO helpdesk");
        first = gateway();
        second = gateway();
        users({"add", "jane", "--email", "jane@example.org"}, "first one");
        users({"add", "joe", "--email", "joe@example.org"}, "joe's own");
        EXPECT_TRUE(eventually([&] { return listeners() == 2; })) << first->log();
    }

    std::unique_ptr<Gateway> gateway() const {
        return std::make_unique<Gateway>(
            directory_settings("accounts", directory_lines),
            Installation::Values{{"redis", redis.url()},
                                 {"url", database.url("gate", "gate%20secret")},
                                 {"admin", database.url("helpdesk", "let%20me%20in")}});
    }
    void users(std::vector<std::string> arguments, const std::string& password) const {
        arguments.insert(arguments.begin(), "users");
        const auto done = first->command(std::move(arguments), password + "\n");
        EXPECT_EQ(done.status, 0) << done.errors;
    }
    std::size_t listeners() const {
        return std::stoul(database.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'gate' AND query LIKE "
            "'%pg_backend_pid()'"));
    }
    static int auth(const Gateway& gateway, const std::string& login, const std::string& password) {
        auto client = gateway.client();
        client.greet();
        return client.auth_plain(login, password).code;
    }
    static bool remembers(const Gateway& gateway, const std::string& login,
                          const std::string& password) {
        const auto before = gateway.log().size();
        return auth(gateway, login, password) == 235 &&
               gateway.log().find("source=\"directory\"", before) == std::string::npos;
    }
    // Both remember it, and Redis does.
    void learn(const std::string& login, const std::string& password) const {
        for (const auto* gateway : {first.get(), second.get()})
            ASSERT_TRUE(eventually([&] { return remembers(*gateway, login, password); }))
                << gateway->log();
        ASSERT_TRUE(eventually([&] { return redis.ask({"KEYS", "*:a:*"}) != ""; }));
    }

    Postgresql database;
    RedisServer redis;
    std::unique_ptr<Gateway> first, second;
};

TEST_F(CacheWatch, AChangedPasswordEndsTheOldOneEverywhereWithinASecond) {
    learn("jane", "first one");
    learn("joe", "joe's own");
    users({"passwd", "jane"}, "second one");
    const auto changed = std::chrono::steady_clock::now();
    for (const auto* gateway : {first.get(), second.get()})
        EXPECT_TRUE(eventually([&] { return auth(*gateway, "jane", "first one") == 535; }));
    EXPECT_LT(std::chrono::steady_clock::now() - changed, 2s) << "two logins included";
    for (const auto* gateway : {first.get(), second.get()})
        EXPECT_EQ(auth(*gateway, "jane@example.org", "second one"), 235) << gateway->log();

    EXPECT_TRUE(remembers(*first, "joe", "joe's own")) << "he is another one";

    database.sql("UPDATE postern.accounts SET status = 'disabled' WHERE name = 'joe'");
    for (const auto* gateway : {first.get(), second.get()})
        EXPECT_TRUE(eventually([&] { return auth(*gateway, "joe", "joe's own") == 525; }));
}

TEST_F(CacheWatch, WhatWasChangedWhileNobodyCouldHearIsOverOnceTheyHearAgain) {
    learn("jane", "first one");
    database.sql("ALTER ROLE gate NOLOGIN");
    database.stop();
    database.start();
    users({"passwd", "jane"}, "second one");
    for (const auto* gateway : {first.get(), second.get()}) {
        EXPECT_EQ(auth(*gateway, "jane", "first one"), 235) << "nobody could tell";
        EXPECT_THAT(gateway->log(), HasSubstr("cache.deaf"));
    }
    database.sql("ALTER ROLE gate LOGIN");
    for (const auto* gateway : {first.get(), second.get()}) {
        EXPECT_TRUE(eventually([&] { return auth(*gateway, "jane", "first one") == 535; }))
            << gateway->log();
        EXPECT_EQ(auth(*gateway, "jane", "second one"), 235);
    }
}

TEST_F(CacheWatch, AChangeThatRedisCouldNotBeToldIsToldLater) {
    learn("jane", "first one");
    redis.suspend();
    users({"passwd", "jane"}, "second one");
    EXPECT_TRUE(eventually([&] { return auth(*first, "jane", "first one") == 535; }));
    redis.resume();
    const auto third = gateway();
    EXPECT_TRUE(eventually([&] { return auth(*third, "jane", "first one") == 535; }));
    EXPECT_EQ(auth(*third, "jane", "second one"), 235);
}

}  // namespace
}  // namespace postern::test
