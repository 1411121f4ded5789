// How a real Redis is reached: with TLS, as somebody, for what others publish.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cache/attempts.hpp"
#include "support/redis.hpp"
#include "support/redis_host.hpp"

namespace postern {
namespace {

using cache::Replacement;
using test::RedisHost;
using test::RedisServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::string url_of(const RedisServer& server) {
    return fmt::format("url = \"{}\"\ntimeout = \"2s\"\n", server.url());
}

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
    for (const auto* script : cache::Attempts::scripts()) {
        std::vector<cache::Redis::Call> calls;
        calls.push_back({*script, "postern:s", {"1", "2", "3", "4"}});
        const auto answers = host.run(redis.call_all(std::move(calls)));
        EXPECT_TRUE(std::holds_alternative<std::int64_t>(answers.front()));
    }
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
