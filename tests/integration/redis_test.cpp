// What can be asked of a real Redis, and that every answer is that of its own question.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "observe/exposition.hpp"
#include "support/eventually.hpp"
#include "support/redis.hpp"
#include "support/redis_host.hpp"

namespace postern {
namespace {

using cache::Answer;
using cache::NoAnswer;
using cache::Redis;
using cache::Replacement;
using test::in_words;
using test::RedisHost;
using test::RedisServer;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::string url_of(const RedisServer& server) {
    return fmt::format("url = \"{}\"\ntimeout = \"2s\"\n", server.url());
}

class RedisOperations : public testing::Test {
 protected:
    RedisOperations() { EXPECT_TRUE(host.comes_up()) << host.log().text(); }

    std::string replace(std::optional<std::string_view> expected, std::string_view value) {
        const auto answer = host.run(host.redis().replace("k", expected, value, 1min));
        if (const auto* none = std::get_if<NoAnswer>(&answer)) return in_words(*none);
        return std::get<Replacement>(answer) == Replacement::replaced ? "replaced" : "conflict";
    }
    std::int64_t count(std::int64_t amount, std::chrono::milliseconds window = 1min) {
        return std::get<std::int64_t>(host.run(host.redis().count("n", window, amount)));
    }

    RedisServer server;
    RedisHost host{url_of(server)};
};

TEST_F(RedisOperations, WhatIsSetIsFoundForItsLife) {
    EXPECT_EQ(host.get("k"), "nothing");
    const std::string octets("\0\r\n$-1\xff", 8);
    EXPECT_EQ(host.set("k", octets), "done");
    EXPECT_EQ(host.get("k"), "value " + octets);
    EXPECT_NE(server.ask({"PTTL", "k"}), "-1");
    EXPECT_EQ(host.set("k", "", 50ms), "done");
    EXPECT_TRUE(test::eventually([&] { return host.get("k") == "nothing"; }));
}

TEST_F(RedisOperations, RemovingTellsWhetherThereWasSomething) {
    host.set("k", "v");
    EXPECT_TRUE(std::get<bool>(host.run(host.redis().remove("k"))));
    EXPECT_FALSE(std::get<bool>(host.run(host.redis().remove("k"))));
    EXPECT_EQ(host.get("k"), "nothing");
}

TEST_F(RedisOperations, SeveralAreRemovedAtOnce) {
    host.set("k", "v");
    host.set("l", "v");
    const auto answers = host.run(host.redis().remove_all({"k", "nobody", "l"}));
    ASSERT_EQ(answers.size(), 3u);
    EXPECT_TRUE(std::get<bool>(answers[0]));
    EXPECT_FALSE(std::get<bool>(answers[1]));
    EXPECT_TRUE(std::get<bool>(answers[2]));
    EXPECT_EQ(host.get("l"), "nothing");
}

TEST_F(RedisOperations, SeveralAreAskedForAtOnce) {
    host.set("a", "1");
    host.set("c", "3");
    const auto all = host.run(host.redis().get_all({"a", "b", "c"}));
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(std::get<Redis::Found>(all[0]), "1");
    EXPECT_EQ(std::get<Redis::Found>(all[1]), std::nullopt);
    EXPECT_EQ(std::get<Redis::Found>(all[2]), "3");
    EXPECT_TRUE(host.run(host.redis().get_all({})).empty());
}

TEST_F(RedisOperations, ReplacingNeedsTheOldValue) {
    EXPECT_EQ(replace("old", "new"), "conflict");
    EXPECT_EQ(replace(std::nullopt, "one"), "replaced");
    EXPECT_EQ(replace(std::nullopt, "two"), "conflict");
    EXPECT_EQ(replace("", "two"), "conflict");
    EXPECT_EQ(host.get("k"), "value one");
    EXPECT_EQ(replace("one", ""), "replaced");
    EXPECT_EQ(replace(std::nullopt, "three"), "conflict");
    EXPECT_EQ(replace("", "three"), "replaced");
    EXPECT_EQ(host.get("k"), "value three");
    EXPECT_NE(server.ask({"PTTL", "k"}), "-1");
}

TEST_F(RedisOperations, AServerThatHasForgottenTheScriptsIsTaughtAgain) {
    EXPECT_EQ(replace(std::nullopt, "one"), "replaced");
    server.ask({"SCRIPT", "FLUSH"});
    EXPECT_EQ(replace("one", "two"), "replaced");
    EXPECT_EQ(replace("one", "two"), "conflict");
}

TEST_F(RedisOperations, TheWindowOfACountRestartsWithEveryOne) {
    EXPECT_EQ(count(1), 1);
    EXPECT_EQ(count(2, 5s), 3);
    EXPECT_LE(std::stoi(server.ask({"PTTL", "n"})), 5000);
    EXPECT_EQ(count(1, 30s), 4);
    EXPECT_GT(std::stoi(server.ask({"PTTL", "n"})), 5000);
    const auto all = host.run(host.redis().counts({"n", "none"}));
    EXPECT_EQ(std::get<std::int64_t>(all[0]), 4);
    EXPECT_EQ(std::get<std::int64_t>(all[1]), 0);
}

TEST_F(RedisOperations, WhatIsThereAndOfAnotherKindIsNoAnswer) {
    server.ask({"RPUSH", "k", "x"});
    EXPECT_THAT(host.get("k"), HasSubstr("refused: what is there is of another kind"));
    EXPECT_THAT(replace(std::nullopt, "v"), HasSubstr("refused: "));
    server.ask({"SET", "n", "words"});
    const auto all = host.run(host.redis().counts({"n"}));
    EXPECT_THAT(in_words(std::get<NoAnswer>(all[0])),
                HasSubstr("broken: what is there is no number"));
    EXPECT_TRUE(host.redis().is_up());
}

TEST_F(RedisOperations, EveryAnswerIsThatOfItsOwnKey) {
    constexpr int questions = 10'000;
    for (int number = 0; number < 500; ++number)
        ASSERT_EQ(host.set(fmt::format("key:{}", number), fmt::format("value {}", number)), "done");
    std::minstd_rand random(7);
    std::vector<std::pair<int, test::Running<Answer<Redis::Found>>>> running;
    std::vector<std::string> keys;
    for (int number = 0; number < 500; ++number)
        keys.push_back(fmt::format("key:{}", number));
    int answered = 0;
    for (int asked = 0; asked < questions; ++asked) {
        const int number = static_cast<int>(random() % 500);
        running.emplace_back(
            number,
            test::Running(host.io(), host.redis().get(keys[static_cast<std::size_t>(number)])));
        if (random() % 3 == 0) running[random() % running.size()].second.cancel();
        if (random() % 64 == 0) host.io().poll();
        host.io().restart();
    }
    test::run_until(host.io(), [&] {
        return std::ranges::all_of(running, [](auto& each) { return each.second.done(); });
    });
    for (auto& [number, each] : running) {
        try {
            const auto answer = each.value();
            ASSERT_EQ(std::get<Redis::Found>(answer), fmt::format("value {}", number));
            ++answered;
        } catch (const boost::system::system_error& cancelled) {
            ASSERT_EQ(cancelled.code(), boost::asio::error::operation_aborted);
        }
    }
    EXPECT_GT(answered, questions / 3);
    EXPECT_LT(answered, questions);
    EXPECT_EQ(host.get("key:7"), "value value 7");
}

TEST_F(RedisOperations, ItTellsHowItStands) {
    host.set("k", "v");
    host.get("k");
    server.ask({"DEL", "k"});
    server.ask({"RPUSH", "k", "x"});
    host.get("k");
    const auto status = host.redis().status();
    EXPECT_TRUE(status.up);
    EXPECT_EQ(status.server, server.address());
    EXPECT_EQ(status.counters.operations, 3U);
    EXPECT_EQ(status.counters.unanswered[static_cast<std::size_t>(NoAnswer::Kind::refused)], 1U);
    EXPECT_EQ(status.counters.connects, 1U);
    EXPECT_THAT(observe::exposition(host.log().registry().samples()),
                HasSubstr("postern_redis_seconds_count{redis=\"shared\"} 2\n"));
    EXPECT_EQ(host.get("other"), "nothing") << "it goes on";
}

TEST_F(RedisOperations, KeysAndChannelsGetThePrefix) {
    RedisHost other(url_of(server) + "key-prefix = \"site1:\"\ndatabase = 3\n");
    ASSERT_TRUE(other.comes_up());
    other.set("k", "v");
    EXPECT_EQ(other.get("k"), "value v");
    EXPECT_EQ(host.get("k"), "nothing");
    EXPECT_EQ(server.ask({"-n", "3", "KEYS", "*"}), "site1:k");
}

}  // namespace
}  // namespace postern
