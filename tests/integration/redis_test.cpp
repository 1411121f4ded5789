// What is asked of a real Redis, and how it is reached: in the clear, with TLS, as somebody.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <random>
#include <regex>

#include "net/within.hpp"
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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
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
    std::uint64_t took = 0;
    for (const auto each : status.counters.took)
        took += each;
    EXPECT_EQ(took, 2U);
    EXPECT_EQ(status.counters.connects, 1U);
    EXPECT_TRUE(std::holds_alternative<cache::Done>(host.run(host.redis().ping())));
}

TEST_F(RedisOperations, KeysAndChannelsGetThePrefix) {
    RedisHost other(url_of(server) + "key-prefix = \"site1:\"\ndatabase = 3\n");
    ASSERT_TRUE(other.comes_up());
    other.set("k", "v");
    EXPECT_EQ(other.get("k"), "value v");
    EXPECT_EQ(host.get("k"), "nothing");
    EXPECT_EQ(server.ask({"-n", "3", "KEYS", "*"}), "site1:k");
}

// --- who we are, and through what

TEST(RedisAccess, TlsIsVerified) {
    RedisServer server({.tls = true});
    RedisHost good(fmt::format("{}tls.ca = \"{}\"\n", url_of(server), server.ca()));
    EXPECT_TRUE(good.comes_up()) << good.log().text();
    EXPECT_EQ(good.set("k", "v"), "done");
    RedisHost bad(url_of(server));
    bad.run_for(500ms);
    EXPECT_THAT(bad.get("k"), HasSubstr("down: certificate verify failed"));
    EXPECT_EQ(bad.log().count("cache.redis-down"), 1U) << bad.log().text();
    RedisHost named(fmt::format("{}tls.ca = \"{}\"\ntls.name = \"elsewhere.example\"\n",
                                url_of(server), server.ca()));
    named.run_for(300ms);
    EXPECT_THAT(named.get("k"), HasSubstr("down: certificate verify failed"));
    RedisHost forgiving(url_of(server) + "tls.allow-invalid-certs = true\n");
    EXPECT_TRUE(forgiving.comes_up());
    RedisHost clear(fmt::format("url = \"redis://{}\"\n", server.address()));
    clear.run_for(300ms);
    EXPECT_FALSE(clear.redis().is_up());
}

TEST(RedisAccess, AWrongPasswordIsToldOnceAndNeverShown) {
    RedisServer server({.user = "postern", .password = "hunter2"});
    const auto as = [&](const std::string& user, const std::string& password) {
        return fmt::format("{}user = \"{}\"\npassword = \"{}\"\n", url_of(server), user, password);
    };
    RedisHost right(as("postern", "hunter2"));
    EXPECT_TRUE(right.comes_up()) << right.log().text();
    EXPECT_EQ(right.set("k", "v"), "done");
    EXPECT_EQ(right.get("k"), "value v");
    RedisHost wrong(as("postern", "swordfish"));
    wrong.run_for(1500ms);
    EXPECT_EQ(wrong.get("k"), "down: it refuses the user or password of the settings");
    EXPECT_EQ(wrong.log().count("cache.redis-refused"), 1U) << wrong.log().text();
    EXPECT_THAT(wrong.log().text(), Not(HasSubstr("swordfish")));
    RedisHost nobody(url_of(server));
    nobody.run_for(300ms);
    EXPECT_EQ(nobody.get("k"), "down: it wants a password, and the settings have none");
    server.ask({"ACL", "SETUSER", "postern", ">swordfish"});
    EXPECT_TRUE(wrong.comes_up());
}

// As docs/redis.md has it.
std::string documented_user() {
    std::ifstream page(POSTERN_SOURCE_DIR "/docs/redis.md");
    for (std::string line; std::getline(page, line);)
        if (line.starts_with("user postern ")) return line;
    throw std::runtime_error("docs/redis.md shows no user");
}

TEST(RedisAccess, TheDocumentedUserMayDoAllThatIsNeeded) {
    RedisServer server({.more = {documented_user()}});
    const auto settings = url_of(server) + "user = \"postern\"\npassword = \"the-password\"\n";
    RedisHost host(settings + "database = 1\n");
    ASSERT_TRUE(host.comes_up()) << host.log().text();
    auto& redis = host.redis();
    EXPECT_EQ(host.set("postern:k", "v"), "done");
    EXPECT_EQ(host.get("postern:k"), "value v");
    EXPECT_TRUE(std::get<bool>(host.run(redis.remove("postern:k"))));
    EXPECT_EQ(std::get<Replacement>(host.run(redis.replace("postern:k", std::nullopt, "v", 1min))),
              Replacement::replaced);
    EXPECT_EQ(std::get<std::int64_t>(host.run(redis.count("postern:n", 1min))), 1);
    EXPECT_EQ(std::get<std::int64_t>(host.run(redis.publish("postern:c", "m"))), 0);
    EXPECT_THAT(host.get("k"), HasSubstr("refused: its ACL does not let our user do that"));
    EXPECT_TRUE(host.redis().is_up());
    bool subscribed = false;
    cache::RedisSubscription subscription(test::redis_settings(settings), {"postern:c"},
                                          {[](auto, auto) {}, [&] { subscribed = true; }}, "shared",
                                          const_cast<test::KeptLog&>(host.log()),
                                          host.io().get_executor());
    test::run_until(host.io(), [&] { return subscribed; });
}

// --- subscriptions

struct Subscriber {
    Subscriber(RedisHost& host, std::string_view lines)
        : subscription(test::redis_settings(lines), {"c", "d"},
                       {[this](std::string_view channel, std::string_view message) {
                            heard.push_back(fmt::format("{} {}", channel, message));
                        },
                        [this] { heard.emplace_back("gap"); }},
                       "shared", log, host.io().get_executor()) {}
    test::KeptLog log;
    std::vector<std::string> heard;
    cache::RedisSubscription subscription;
};

TEST(RedisSubscriptions, AllHearWhatIsPublishedAndOfEveryGap) {
    RedisServer server;
    const auto lines = url_of(server) + "key-prefix = \"p:\"\n";
    RedisHost host(lines);
    Subscriber one(host, lines), two(host, lines);
    ASSERT_TRUE(host.comes_up());
    const auto live = [&] { return one.subscription.is_live() && two.subscription.is_live(); };
    test::run_until(host.io(), live);
    const auto publish = [&](std::string_view channel, std::string_view message) {
        return std::get<std::int64_t>(host.run(host.redis().publish(channel, message)));
    };
    EXPECT_EQ(publish("c", "one"), 2);
    EXPECT_EQ(publish("d", ""), 2);
    EXPECT_EQ(publish("e", "no"), 0);
    test::run_until(host.io(), [&] { return one.heard.size() == 3 && two.heard.size() == 3; });
    EXPECT_THAT(one.heard, ElementsAre("gap", "c one", "d "));
    EXPECT_THAT(two.heard, ElementsAre("gap", "c one", "d "));
    host.run_for(2500ms);
    EXPECT_TRUE(live()) << "though nothing was published";
    server.ask({"CLIENT", "KILL", "TYPE", "pubsub"});
    test::run_until(host.io(), [&] { return !one.subscription.is_live(); });
    test::run_until(host.io(), [&] { return live() && one.heard.size() > 3; });
    EXPECT_EQ(publish("c", "two"), 2);
    test::run_until(host.io(), [&] { return one.heard.size() == 5; });
    EXPECT_THAT(one.heard, ElementsAre("gap", "c one", "d ", "gap", "c two"));
}

TEST(RedisSubscriptions, ASilentServerIsNotLive) {
    RedisServer server;
    RedisHost host(url_of(server));
    Subscriber one(host, url_of(server));
    test::run_until(host.io(), [&] { return one.subscription.is_live(); });
    server.suspend();
    test::run_until(host.io(), [&] { return !one.subscription.is_live(); });
    server.resume();
    test::run_until(host.io(), [&] { return one.subscription.is_live(); });
    EXPECT_THAT(one.heard, ElementsAre("gap", "gap"));
}

}  // namespace
}  // namespace postern
