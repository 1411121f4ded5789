// What gateways remember together in each form of Redis that there is: behind TLS, as the user of
// docs/redis.md, in a cluster, behind sentinels while the master changes.
#include <fstream>
#include <functional>

#include "integration/cache_gateways.hpp"

namespace postern::directory {
namespace {

using test::RedisCluster;
using test::SentinelTrio;

class CacheInRedis : public CacheGateways {
 protected:
    CacheInRedis() { redis.reset(); }
    std::string redis_lines() const override { return lines; }

    bool is_within(net::Clock::duration time, const std::function<bool()>& holds) {
        const auto begun = net::Clock::now();
        while (!holds()) {
            if (net::Clock::now() - begun > time) return false;
            test::run_task(io, net::sleep_for(20ms));
        }
        return true;
    }

    // A login on one is known on the other, a new password ends the old one everywhere, a flush is
    // heard within a second and confirmed.
    void share() {
        auto a = gateway(), b = gateway();
        EXPECT_EQ(ask(*a, "jane", "first"), "accepted by directory");
        EXPECT_EQ(ask(*a, "jane", "wrong"), "bad_credentials by directory");
        settle();
        EXPECT_EQ(ask(*b, "jane", "first"), "accepted by redis");
        EXPECT_EQ(ask(*b, "jane", "wrong"), "bad_credentials by cache");
        EXPECT_EQ(people.questions, 2U);

        people.passwords["jane"] = "second";
        EXPECT_EQ(ask(*b, "jane", "second"), "accepted by directory");
        settle();
        EXPECT_EQ(ask(*a, "jane", "first").substr(0, 15), "bad_credentials");
        EXPECT_EQ(ask(*a, "jane", "second").substr(0, 8), "accepted");
        EXPECT_EQ(ask(*b, "jane", "first").substr(0, 15), "bad_credentials");

        ask(*a, "paul", "first");
        settle();
        EXPECT_EQ(ask(*b, "paul", "first"), "accepted by redis");
        people.passwords["paul"] = "second";
        EXPECT_EQ(flush(*a, "paul"), 2);
        EXPECT_EQ(ask(*b, "paul", "first"), "bad_credentials by directory") << "it has confirmed";
        people.passwords["paul"] = "third";
        ask(*a, "paul", "third");
        settle();
        people.passwords["paul"] = "fourth";
        EXPECT_EQ(flush(*b, std::nullopt), 2);
        EXPECT_EQ(ask(*a, "paul", "third"), "bad_credentials by directory");
    }

    std::string lines;
};

TEST_F(CacheInRedis, BehindTls) {
    const RedisServer server({.tls = true});
    lines = fmt::format("url = \"{}\"\ntls.ca = \"{}\"\n", server.url(), server.ca());
    share();
}

TEST_F(CacheInRedis, AsTheDocumentedUser) {
    std::ifstream page(POSTERN_SOURCE_DIR "/docs/redis.md");
    std::string user;
    while (std::getline(page, user) && !user.starts_with("user postern ")) {
    }
    const RedisServer server({.more = {user}});
    lines = fmt::format("url = \"{}\"\nuser = \"postern\"\npassword = \"the-password\"\n",
                        server.url());
    share();
    EXPECT_EQ(server.ask({"ACL", "LOG"}), "") << "it may do all that is needed";
}

TEST_F(CacheInRedis, InACluster) {
    RedisCluster cluster;
    lines = fmt::format("url = [\"{}\", \"{}\"]\ncluster = true\n", cluster.server(0).url(),
                        cluster.server(1).url());
    share();
}

TEST_F(CacheInRedis, InAClusterOneServerOfWhichIsLost) {
    RedisCluster cluster;
    lines = fmt::format("url = [\"{}\", \"{}\"]\ncluster = true\n", cluster.server(0).url(),
                        cluster.server(1).url());
    redis_timeout = "50ms";
    auto a = gateway(), b = gateway();
    ask(*a, "jane", "first");
    settle();
    cluster.server(2).kill();
    people.passwords["jane"] = "second";
    EXPECT_EQ(ask(*a, "jane", "second"), "accepted by directory");
    longest = 0s;
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(ask(*a, "jane", "first").substr(0, 15), "bad_credentials");
        EXPECT_EQ(ask(*a, "jane", "second").substr(0, 8), "accepted");
        EXPECT_EQ(ask(*b, fmt::format("nobody{}", i), "x"), "unknown_user by directory");
    }
    EXPECT_LT(longest, 50ms * 2 + 200ms) << "two deadlines, and a busy machine";
}

class CacheBehindSentinels : public CacheInRedis {
 protected:
    CacheBehindSentinels() { lines = fmt::format("sentinel.addresses = [{}]\n", trio.addresses()); }
    bool both_hear(const Gateway& a, const Gateway& b) {
        return is_within(30s, [&] {
            return a.store->redis()->is_up() && b.store->redis()->is_up() && a.store->is_heard() &&
                   b.store->is_heard();
        });
    }
    void lose_master(const Gateway& a, const Gateway& b) {
        trio.master().kill();
        EXPECT_TRUE(is_within(
            10s, [&] { return !a.store->redis()->is_up() && !b.store->redis()->is_up(); }));
    }

    SentinelTrio trio;
};

TEST_F(CacheBehindSentinels, AsWithOneServer) {
    share();
}

TEST_F(CacheBehindSentinels, AFailOverEndsNothingThatWasRightAndBringsBackNothingThatWasWrong) {
    auto a = gateway(), b = gateway();
    ask(*a, "jane", "first");
    ask(*a, "paul", "first");
    settle();
    ask(*b, "jane", "first");
    ask(*b, "paul", "first");
    // The replica misses what comes now, and is the master soon.
    trio.replica().suspend();
    people.passwords["jane"] = "second";
    EXPECT_EQ(ask(*a, "jane", "second"), "accepted by directory");
    settle();
    lose_master(*a, *b);
    trio.replica().resume();
    people.passwords["paul"] = "second";
    EXPECT_EQ(ask(*a, "paul", "second"), "accepted by directory") << "while there is no Redis";
    for (auto* each : {a.get(), b.get()}) {
        EXPECT_EQ(ask(*each, "jane", "first").substr(0, 15), "bad_credentials");
        EXPECT_EQ(ask(*each, "jane", "second").substr(0, 8), "accepted");
        EXPECT_EQ(ask(*each, "jane@example.org", "first").substr(0, 15), "bad_credentials");
    }
    EXPECT_EQ(ask(*a, "paul", "first").substr(0, 15), "bad_credentials");
    EXPECT_FALSE(forget(*a, "jane").complete) << "nobody can be told";

    ASSERT_TRUE(both_hear(*a, *b));
    settle();
    for (auto* each : {a.get(), b.get()})
        for (const char* login : {"jane", "paul", "jane@example.org", "paul@example.org"}) {
            EXPECT_EQ(ask(*each, login, "first").substr(0, 15), "bad_credentials") << login;
            EXPECT_EQ(ask(*each, login, "second").substr(0, 8), "accepted") << login;
        }
    settle();
    auto newcomer = gateway();
    EXPECT_EQ(ask(*newcomer, "paul", "first").substr(0, 15), "bad_credentials");
    EXPECT_EQ(ask(*newcomer, "paul", "second").substr(0, 8), "accepted");
    // They find each other again.
    EXPECT_TRUE(is_within(10s, [&] {
        const auto done = forget(*a, "jane");
        return done.complete && done.gateways == 3;
    }));
}

// --- whom a flush has to reach

class CacheMembers : public CacheGateways {
 protected:
    // Until they stand in the list of all.
    void wait_for(Gateway& at, std::int64_t gateways) {
        test::run_until(io, [&] { return forget(at, "nobody").gateways == gateways; }, 10s);
        settle();
    }

    // All of them sealed anew.
    bool eventually_listed(std::size_t count) {
        const auto is_sealed = [&](const auto& name) {
            return redis->ask({"GET", name}).size() > 100;
        };
        const auto begun = net::Clock::now();
        while (std::ranges::count_if(keys("postern:people:g:*"), is_sealed) !=
               static_cast<std::ptrdiff_t>(count)) {
            if (net::Clock::now() - begun > 15s) return false;
            test::run_task(io, net::sleep_for(50ms));
        }
        return true;
    }
    bool eventually_complete(Gateway& at) {
        const auto begun = net::Clock::now();
        while (!forget(at, "nobody").complete)
            if (net::Clock::now() - begun > 15s) return false;
        return true;
    }

    asio::io_context elsewhere{1};  // which runs when the test says so
};

TEST_F(CacheMembers, OneThatDoesNotAnswerIsMissing) {
    auto a = gateway();
    where = &elsewhere;
    auto b = gateway();
    const auto begun = net::Clock::now();
    auto done = forget(*a, std::nullopt);
    EXPECT_FALSE(done.complete);
    EXPECT_EQ(done.gateways, 1);
    EXPECT_LT(net::Clock::now() - begun, 2s);
    // Its key goes with its life; it need not be the only one to come and go.
    EXPECT_EQ(forget(*a, "jane").complete, false);
    b.reset();
    elsewhere.poll();
    EXPECT_TRUE(eventually_complete(*a));
}

TEST_F(CacheMembers, WhoHasLeftIsNotMissing) {
    auto a = gateway(), b = gateway();
    wait_for(*a, 2);
    b.reset();
    settle();
    const auto done = forget(*a, "jane");
    EXPECT_TRUE(done.complete);
    EXPECT_EQ(done.gateways, 1);
}

TEST_F(CacheMembers, WhatStandsInRedisNamesNobodyAndIsNoPlaceToLie) {
    auto a = gateway(), b = gateway();
    wait_for(*a, 2);
    const auto names = keys("postern:people:g:*");
    EXPECT_EQ(names.size(), 3U) << "two members and their list";
    for (const auto& name : names)
        redis->ask({"SET", name, "anything"});
    EXPECT_TRUE(forget(*a, "jane").complete) << "nobody else is known";
    EXPECT_TRUE(eventually_listed(3U));
}

}  // namespace
}  // namespace postern::directory
