// Several servers that are one: a cluster whose slots move, and a master that sentinels replace.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "support/eventually.hpp"
#include "support/redis.hpp"
#include "support/redis_host.hpp"

namespace postern {
namespace {

using cache::Redis;
using test::RedisCluster;
using test::RedisHost;
using test::SentinelTrio;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

class RedisClusters : public testing::Test {
 protected:
    RedisClusters() { EXPECT_TRUE(host.comes_up()) << host.log().text(); }

    static std::string lines(RedisCluster& cluster) {
        return fmt::format("url = [\"{}\", \"{}\"]\ncluster = true\ntimeout = \"2s\"\n",
                           cluster.server(0).url(), cluster.server(1).url());
    }
    // How often the servers have said that a question was not for them.
    int redirections(const std::string& kind) {
        int all = 0;
        for (std::size_t index = 0; index < RedisCluster::size; ++index) {
            const auto counts = cluster.server(index).ask({"INFO", "errorstats"});
            const auto at = counts.find(fmt::format("errorstat_{}:count=", kind));
            if (at != counts.npos) all += std::stoi(counts.substr(counts.find('=', at) + 1));
        }
        return all;
    }

    RedisCluster cluster;
    RedisHost host{lines(cluster)};
};

TEST_F(RedisClusters, EveryKeyIsOnItsServer) {
    std::set<std::size_t> owners;
    std::vector<std::string> keys;
    for (int number = 0; number < 30; ++number) {
        keys.push_back(fmt::format("postern:k:{}", number));
        ASSERT_EQ(host.set(keys.back(), keys.back()), "done");
        owners.insert(cluster.owner_of(keys.back()));
    }
    EXPECT_EQ(owners.size(), RedisCluster::size);
    const auto all = host.run(host.redis().get_all(keys));
    for (std::size_t index = 0; index < keys.size(); ++index)
        EXPECT_EQ(std::get<Redis::Found>(all[index]), keys[index]);
    EXPECT_EQ(redirections("MOVED"), 0);
    EXPECT_EQ(std::get<std::int64_t>(host.run(host.redis().count("n", 1min))), 1);
    const auto status = host.redis().status();
    EXPECT_TRUE(status.up);
    EXPECT_EQ(status.counters.connects, RedisCluster::size);
}

TEST_F(RedisClusters, ASlotMayMoveWhileItIsRead) {
    const std::string gone = "{tag}:gone", left = "{tag}:left";
    const auto slot = cluster.slot_of(gone);
    const auto from = cluster.owner_of(gone), to = (from + 1) % RedisCluster::size;
    ASSERT_EQ(host.set(gone, "1"), "done");
    ASSERT_EQ(host.set(left, "2"), "done");
    cluster.begin_move(slot, from, to);
    cluster.move_key(gone, from, to);
    EXPECT_EQ(host.get(gone), "value 1");
    EXPECT_EQ(host.get(left), "value 2");
    EXPECT_GE(redirections("ASK"), 1);
    EXPECT_EQ(redirections("MOVED"), 0);
    EXPECT_EQ(std::get<cache::Replacement>(host.run(host.redis().replace(gone, "1", "3", 1min))),
              cache::Replacement::replaced);
    cluster.move_key(left, from, to);
    cluster.end_move(slot, to);
    EXPECT_EQ(host.get(left), "value 2");
    EXPECT_GE(redirections("MOVED"), 1);
    const auto moved = redirections("MOVED");
    EXPECT_EQ(host.get(gone), "value 3");
    EXPECT_EQ(host.get(left), "value 2");
    EXPECT_EQ(redirections("MOVED"), moved) << "it has been told";
}

TEST_F(RedisClusters, OneServerLessIsAThirdOfTheKeysLess) {
    cluster.server(2).kill();
    ASSERT_TRUE(host.goes_down());
    EXPECT_THAT(host.redis().status().why_down, HasSubstr(cluster.server(2).address()));
    std::size_t down = 0;
    for (int number = 0; number < 30; ++number)
        down += host.get(fmt::format("k:{}", number)) == "nothing" ? 0 : 1;
    EXPECT_GT(down, 0U);
    cluster.server(2).start();
    EXPECT_TRUE(host.comes_up());
    EXPECT_TRUE(test::eventually([&] {
        std::size_t found = 0;
        for (int number = 0; number < 30; ++number)
            found += host.get(fmt::format("k:{}", number)) == "nothing" ? 1 : 0;
        return found == 30;
    }));
}

TEST_F(RedisClusters, WhatIsPublishedOnOneServerIsHeardFromAnother) {
    test::KeptLog log;
    std::vector<std::string> heard;
    cache::RedisSubscription subscription(
        test::redis_settings(
            fmt::format("url = \"{}\"\ncluster = true\n", cluster.server(2).url())),
        {"c"},
        {[&](std::string_view, std::string_view message) { heard.emplace_back(message); },
         [&] { heard.emplace_back("gap"); }},
        "shared", log, host.io().get_executor());
    test::run_until(host.io(), [&] { return subscription.is_live(); });
    EXPECT_EQ(host.run(host.redis().publish("c", "m")).index(), 1U);
    test::run_until(host.io(), [&] { return heard.size() == 2; });
    EXPECT_EQ(heard.back(), "m");
    cluster.server(2).kill();
    test::run_until(host.io(), [&] { return heard.size() == 3; });
    EXPECT_EQ(heard.back(), "gap") << "from another server, which the settings do not name";
}

TEST(RedisClusterSettings, AServerThatIsNoneOfAClusterIsRefused) {
    test::RedisServer server;
    RedisHost host(fmt::format("url = \"{}\"\ncluster = true\n", server.url()));
    host.run_for(500ms);
    EXPECT_EQ(host.get("k"), "down: it is no server of a cluster: cluster = true is wrong");
    EXPECT_EQ(host.log().count("cache.redis-refused"), 1U) << host.log().text();
}

TEST(RedisSentinels, AFailOverIsFollowed) {
    SentinelTrio trio({.password = "hunter2"});
    const auto lines = fmt::format("sentinel = {{ addresses = [{}] }}\npassword = \"hunter2\"\n",
                                   trio.addresses());
    RedisHost host(lines);
    test::KeptLog log;
    std::vector<std::string> heard;
    cache::RedisSubscription subscription(test::redis_settings(lines), {"c"},
                                          {[&](auto, auto message) { heard.emplace_back(message); },
                                           [&] { heard.emplace_back("gap"); }},
                                          "shared", log, host.io().get_executor());
    ASSERT_TRUE(host.comes_up());
    test::run_until(host.io(), [&] { return subscription.is_live(); });
    EXPECT_EQ(host.redis().status().server, trio.master().address());
    ASSERT_EQ(host.set("k", "v"), "done");
    ASSERT_TRUE(test::eventually([&] { return trio.replica().ask({"GET", "k"}) == "v"; }));
    trio.master().kill();
    trio.sentinel(0).kill();  // whoever was asked may be gone as well
    ASSERT_TRUE(host.goes_down());
    EXPECT_THAT(host.get("k"), StartsWith("down: "));
    ASSERT_TRUE(host.comes_up(30s));
    EXPECT_EQ(host.redis().status().server, trio.replica().address());
    EXPECT_EQ(host.get("k"), "value v");
    EXPECT_EQ(host.set("k", "w"), "done");
    test::run_until(host.io(), [&] { return subscription.is_live() && heard.size() == 2; });
    EXPECT_EQ(std::get<std::int64_t>(host.run(host.redis().publish("c", "m"))), 1);
    test::run_until(host.io(), [&] { return heard.size() == 3; });
}

TEST(RedisSentinels, AMasterThatIsReplacedInItsLifeIsLeft) {
    SentinelTrio trio;
    RedisHost host(fmt::format("sentinel.addresses = [{}]\n", trio.addresses()));
    ASSERT_TRUE(host.comes_up());
    trio.master().suspend();
    ASSERT_TRUE(host.goes_down());
    ASSERT_TRUE(host.comes_up(30s));
    trio.master().resume();
    EXPECT_EQ(host.redis().status().server, trio.replica().address());
    EXPECT_TRUE(test::eventually([&] { return host.set("k", "v") == "done"; }));
}

TEST(RedisSentinels, ANameThatTheyDoNotKnowIsRefused) {
    SentinelTrio trio;
    RedisHost host(
        fmt::format("sentinel = {{ master = \"other\", addresses = [{}] }}\n", trio.addresses()));
    host.run_for(500ms);
    EXPECT_THAT(host.get("k"), HasSubstr("it knows no master of the name \"other\""));
    EXPECT_EQ(host.log().count("cache.redis-refused"), 1U) << host.log().text();
}

}  // namespace
}  // namespace postern
