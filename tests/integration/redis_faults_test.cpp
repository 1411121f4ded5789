// A Redis that hangs, dies, is full, or is none at all: no answer within the deadline, at once
// while it is down, never the answer to another question, and all is well again by itself.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>

#include "support/eventually.hpp"
#include "support/fault_proxy.hpp"
#include "support/free_port.hpp"
#include "support/redis.hpp"
#include "support/redis_host.hpp"
#include "support/scripted_redis.hpp"

namespace postern {
namespace {

using cache::NoAnswer;
using cache::Redis;
using test::in_words;
using test::RedisHost;
using test::RedisServer;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto deadline = 50ms;
constexpr auto for_a_busy_machine = 100ms;

std::string url_of(std::uint16_t port, const std::string& more = "") {
    return fmt::format("url = \"redis://127.0.0.1:{}\"\n{}", port, more);
}
const std::string patient = "timeout = \"2s\"\n";

template <class Operation>
std::chrono::milliseconds time_of(Operation operation) {
    const auto begun = Clock::now();
    operation();
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
}

// Every operation, one after another: what came of each, "answered" or the kind of no answer.
std::vector<std::string> all_operations(RedisHost& host) {
    auto& redis = host.redis();
    std::vector<std::string> outcomes;
    const auto note = [&](const auto& answer) {
        const auto* none = std::get_if<NoAnswer>(&answer);
        outcomes.emplace_back(none != nullptr ? to_string(none->kind) : "answered");
    };
    const auto run = [&](auto task) {
        const auto took = time_of([&] { note(host.run(std::move(task))); });
        EXPECT_LT(took, deadline + for_a_busy_machine) << outcomes.back();
    };
    run(redis.get("k"));
    run(redis.set("k", "v", 1min));
    run(redis.replace("k", std::nullopt, "v", 1min));
    run(redis.remove("k"));
    run(redis.count("n", 1min));
    run(redis.publish("c", "m"));
    EXPECT_LT(time_of([&] {
                  for (const auto& each : host.run(redis.get_all({"a", "b", "c"})))
                      note(each);
                  for (const auto& each : host.run(redis.counts({"n"})))
                      note(each);
              }),
              2 * deadline + for_a_busy_machine);
    return outcomes;
}

TEST(RedisFaults, AServerThatStandsStillIsDownAfterThreeQuestions) {
    RedisServer server;
    RedisHost host(url_of(server.port()));
    ASSERT_TRUE(host.comes_up());
    EXPECT_THAT(all_operations(host), testing::Each("answered"));
    server.suspend();
    const auto outcomes = all_operations(host);
    EXPECT_EQ(std::vector(outcomes.begin(), outcomes.begin() + 4),
              (std::vector<std::string>{"late", "late", "late", "down"}));
    EXPECT_LT(time_of([&] {
                  for (int times = 0; times < 100; ++times)
                      EXPECT_THAT(host.get("k"), StartsWith("down: "));
              }),
              deadline);
    EXPECT_EQ(host.log().count("cache.redis-down"), 1U) << host.log().text();
    EXPECT_THAT(host.log().text(), HasSubstr("no answer within 50 ms, 3 times in a row"));
    server.resume();
    EXPECT_TRUE(host.comes_up());
    EXPECT_THAT(all_operations(host), testing::Each("answered"));
}

TEST(RedisFaults, AServerThatIsAlwaysSlowIsNotUsed) {
    RedisServer server;
    test::FaultProxy proxy(server.port());
    proxy.set_delay(80ms);
    proxy.set(test::FaultProxy::Fault::slow);
    RedisHost host(url_of(proxy.port()));
    host.run_for(1s);
    EXPECT_EQ(host.get("k"), "down: it answers later than 50 ms");
    proxy.set(test::FaultProxy::Fault::none);
    EXPECT_TRUE(host.comes_up());
}

TEST(RedisFaults, OneLateAnswerIsSkippedAndNobodyElseGetsIt) {
    RedisServer server;
    RedisHost host(url_of(server.port()));
    ASSERT_TRUE(host.comes_up());
    ASSERT_EQ(host.set("a", "1"), "done");
    ASSERT_EQ(host.set("b", "2"), "done");
    server.suspend();
    EXPECT_THAT(host.get("a"), StartsWith("late: "));
    server.resume();
    EXPECT_TRUE(test::eventually([&] { return host.get("b") == "value 2"; }));
    for (int times = 0; times < 20; ++times) {
        EXPECT_EQ(host.get("a"), "value 1");
        EXPECT_EQ(host.get("b"), "value 2");
    }
}

TEST(RedisFaults, AServerThatDiesComesBackByItself) {
    RedisServer server;
    RedisHost host(url_of(server.port(), patient));
    ASSERT_TRUE(host.comes_up());
    ASSERT_EQ(host.set("k", "v"), "done");
    for (int times = 0; times < 3; ++times) {
        server.kill();
        ASSERT_TRUE(host.goes_down());
        EXPECT_LT(time_of([&] { EXPECT_THAT(host.get("k"), StartsWith("down: ")); }), deadline);
        server.start();
        ASSERT_TRUE(host.comes_up());
        EXPECT_EQ(host.get("k"), "nothing");
        EXPECT_EQ(host.set("k", "v"), "done");
    }
    EXPECT_EQ(host.log().count("cache.redis-down"), 3U) << host.log().text();
    EXPECT_EQ(host.log().count("cache.redis-up"), 4U) << host.log().text();
}

TEST(RedisFaults, NobodyWaitsForAServerThatWasNeverThere) {
    RedisHost host(url_of(test::free_port()));
    EXPECT_EQ(host.get("k"), "down: not connected yet");
    host.run_for(300ms);
    EXPECT_EQ(host.get("k"), "down: Connection refused");
    RedisHost nowhere("url = \"redis://nowhere.invalid\"\n");
    EXPECT_TRUE(test::eventually([&] {
        nowhere.run_for(20ms);
        return nowhere.get("k") == "down: Host not found (authoritative)";
    })) << nowhere.get("k");
}

TEST(RedisFaults, AFullServerStillAnswersWhatItHas) {
    RedisServer server({.max_memory = "3mb"});
    RedisHost host(url_of(server.port(), patient));
    ASSERT_TRUE(host.comes_up());
    ASSERT_EQ(host.set("k", "v"), "done");
    const std::string large(100'000, 'x');
    std::string last;
    for (int number = 0; number < 100 && (last.empty() || last == "done"); ++number)
        last = host.set(fmt::format("large:{}", number), large);
    EXPECT_EQ(last, "refused: its memory is full");
    EXPECT_EQ(host.get("k"), "value v");
    server.ask({"CONFIG", "SET", "maxmemory", "1"});
    EXPECT_EQ(host.get("k"), "value v");
    EXPECT_THAT(in_words(std::get<NoAnswer>(host.run(host.redis().count("n", 1min)))),
                StartsWith("refused: "));
    EXPECT_TRUE(host.redis().is_up());
    server.flush();
    server.ask({"CONFIG", "SET", "maxmemory", "3mb"});
    EXPECT_EQ(host.set("k", "w"), "done");
}

TEST(RedisFaults, BeyondTheBoundThereIsNoAnswerAtOnce) {
    RedisServer server;
    RedisHost host(url_of(server.port(), "pipeline = 3\ntimeout = \"1s\"\n"));
    ASSERT_TRUE(host.comes_up());
    const auto all = host.run(host.redis().get_all({"a", "b", "c", "d", "e"}));
    for (std::size_t index = 0; index < all.size(); ++index)
        EXPECT_EQ(all[index].index(), index < 3 ? 1U : 0U) << index;
    EXPECT_EQ(std::get<NoAnswer>(all[4]).kind, NoAnswer::Kind::full);
    EXPECT_EQ(host.get("k"), "nothing");
}

TEST(RedisFaults, AReplicaIsNotUsedWhileThereIsAMaster) {
    RedisServer master;
    RedisServer replica({.more = {fmt::format("replicaof 127.0.0.1 {}", master.port())}});
    RedisHost host(
        fmt::format("url = [\"{}\", \"{}\"]\ntimeout = \"2s\"\n", replica.url(), master.url()));
    ASSERT_TRUE(host.comes_up());
    EXPECT_EQ(host.redis().status().server, master.address());
    EXPECT_EQ(host.set("k", "v"), "done");
    master.ask({"REPLICAOF", "127.0.0.1", std::to_string(replica.port())});
    replica.ask({"REPLICAOF", "NO", "ONE"});
    EXPECT_TRUE(test::eventually([&] { return host.set("k", "w") == "done"; }));
    EXPECT_EQ(host.redis().status().server, replica.address());
}

// --- servers that are none

// To one GET after a good start.
std::string after(const std::string& octets, bool closes = false) {
    const test::ScriptedRedis server({{"GET", {octets, closes}}});
    RedisHost host(url_of(server.port(), "timeout = \"300ms\"\nreply-size = \"64k\"\n"));
    EXPECT_TRUE(host.comes_up()) << host.log().text();
    return host.get("k");
}

TEST(RedisOddServers, WhatIsNoReplyIsNoAnswer) {
    EXPECT_EQ(after("$1\r\nv\r\n"), "value v");
    EXPECT_THAT(after("HTTP/1.1 400 Bad Request\r\n"), StartsWith("broken: it is no Redis: "));
    EXPECT_THAT(after("%1\r\n+a\r\n+b\r\n"), StartsWith("broken: it is no Redis: "));
    EXPECT_THAT(after(std::string(1000, '\0')), StartsWith("broken: it is no Redis: "));
    EXPECT_THAT(after("", true), StartsWith("broken: End of file"));
    EXPECT_THAT(after(""), StartsWith("late: "));
}

TEST(RedisOddServers, AnAnswerOfAnotherKindGivesTheConnectionUp) {
    for (const auto* octets : {":1\r\n", "+OK\r\n", "*0\r\n", "*1\r\n$1\r\nv\r\n"})
        EXPECT_EQ(after(octets), "broken: the answer is of another kind than the question");
}

TEST(RedisOddServers, AReplyThatNeverEndsIsNotKept) {
    EXPECT_THAT(after("$9999999999\r\n" + std::string(200'000, 'x')),
                StartsWith("broken: it is no Redis: a reply is longer than it may be"));
    EXPECT_THAT(after("*1000000\r\n"),
                StartsWith("broken: it is no Redis: a reply is longer than it may be"));
    EXPECT_THAT(after("+" + std::string(200'000, 'x')),
                StartsWith("broken: it is no Redis: a reply is longer than it may be"));
}

TEST(RedisOddServers, AReplyThatIsCutIsNone) {
    const std::string reply = "$12\r\nhello world!\r\n";
    for (std::size_t octets = 0; octets < reply.size(); ++octets)
        EXPECT_THAT(after(reply.substr(0, octets), true), StartsWith("broken: End of file"))
            << octets;
}

TEST(RedisOddServers, WhatNobodyHasAskedForIsNobodysAnswer) {
    const test::ScriptedRedis server({{"GET", {"$1\r\nv\r\n$1\r\nw\r\n", false}}});
    RedisHost host(url_of(server.port(), patient));
    ASSERT_TRUE(host.comes_up());
    EXPECT_EQ(host.get("a"), "value v");
    ASSERT_TRUE(host.goes_down());
    EXPECT_EQ(host.get("b"), "down: it answers what nobody has asked");
}

TEST(RedisOddServers, AnErrorThatEndsTheServiceEndsTheConnection) {
    for (const auto* error : {"LOADING Redis is loading", "READONLY You can't write",
                              "MASTERDOWN Link with MASTER is down", "NOAUTH Authentication"}) {
        const test::ScriptedRedis server({{"GET", {fmt::format("-{}\r\n", error), false}}});
        RedisHost host(url_of(server.port(), patient));
        ASSERT_TRUE(host.comes_up());
        EXPECT_THAT(host.get("k"), StartsWith("refused: ")) << error;
        EXPECT_TRUE(host.goes_down()) << error;
    }
    EXPECT_THAT(after("-MOVED 1 127.0.0.1:1\r\n"), HasSubstr("cluster = true is missing"));
    EXPECT_THAT(after("-ERR hunter2\r\n"), Not(HasSubstr("hunter2")));
}

TEST(RedisOddServers, WhoIsNoRedisFromTheStartIsRefusedOnce) {
    const test::ScriptedRedis server({{"CLIENT", {"220 mail.example.org ESMTP\r\n", false}}});
    RedisHost host(url_of(server.port()));
    host.run_for(700ms);
    EXPECT_THAT(host.get("k"), StartsWith("down: it is no Redis: "));
    EXPECT_EQ(host.log().count("cache.redis-refused"), 1U) << host.log().text();
}

}  // namespace
}  // namespace postern
