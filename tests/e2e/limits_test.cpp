// Two built gateways that count failed logins together in a real Redis.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "e2e/directory_settings.hpp"
#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/redis.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

std::string settings(const std::string& limits, const std::string& redis = "") {
    const auto text = directory_settings("people", R"toml(
[directory.people]
type = "memory"
[[directory.people.principals]]
name = "jane"
secret = "correct horse"
email = ["jane@example.org"]
[[directory.people.principals]]
name = "joe"
secret = "battery staple"
email = ["joe@example.org"]
)toml" + redis + "[session.auth.limits]\n" + limits);
    return replaced(text, "hostname = \"mail.example.org\"\n",
                    "hostname = \"mail.example.org\"\ncontrol = \"${directory}/control\"\n");
}

std::string shared(const RedisServer& redis) {
    return "[cache]\nkey = \"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=\"\n"
           "[redis.shared]\nurl = \"" +
           redis.url() + "\"\n";
}

int auth(const Gateway& gateway, const std::string& login, std::string_view password) {
    auto client = gateway.client();
    client.greet();
    return client.auth_plain(login, std::string(password)).code;
}

class Limits : public testing::Test {
 protected:
    // Until what one has counted has reached Redis.
    static void settle() { std::this_thread::sleep_for(300ms); }
    bool is_connected(const Gateway& gateway) {
        return eventually(
            [&] { return gateway.log().find("cache.redis-up") != std::string::npos; });
    }

    RedisServer redis;
    const std::string text = settings("pair = 3\nlogin = 5\nredis = \"shared\"\n", shared(redis));
    Gateway first{text}, second{text};
};

TEST_F(Limits, CountForAllGateways) {
    ASSERT_TRUE(is_connected(first) && is_connected(second));
    EXPECT_EQ(auth(first, "jane", "guess 1"), 535);
    EXPECT_EQ(auth(second, "jane", "guess 2"), 535);
    EXPECT_EQ(auth(first, "jane", "guess 3"), 535);
    settle();
    EXPECT_EQ(auth(second, "jane", jane_password), 454);
    EXPECT_TRUE(eventually([&] {
        const auto log = second.log();
        return log.find("auth.limited") != log.npos && log.find("limit=\"pair\"") != log.npos;
    })) << second.log();
    EXPECT_EQ(auth(second, "joe", joe_password), 235);
}

TEST_F(Limits, AreShownAndClearedHereAndInRedis) {
    ASSERT_TRUE(is_connected(first) && is_connected(second));
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(auth(first, "jane", "guess"), 535);
    settle();
    EXPECT_EQ(auth(second, "jane", jane_password), 454);
    for (const auto* gateway : {&first, &second}) {
        const auto shown = gateway->command({"limits", "show"});
        EXPECT_EQ(shown.status, 0) << shown.errors;
        EXPECT_THAT(shown.output, HasSubstr("pair network=\"127.0.0.1\" login=\""));
        EXPECT_THAT(shown.output, HasSubstr("failures=3 seconds-left="));
    }
    EXPECT_THAT(first.command({"limits", "show"}).output, HasSubstr("login=\"jane\""))
        << "it knows that this is a login";
    const auto cleared = second.command({"limits", "clear", "--login", "jane"});
    EXPECT_EQ(cleared.status, 0) << cleared.errors;
    EXPECT_EQ(cleared.output, "forgotten\n");
    EXPECT_EQ(auth(second, "jane", jane_password), 235);
    EXPECT_EQ(auth(first, "jane", jane_password), 235) << "what Redis says counts for all";
    EXPECT_EQ(first.command({"limits", "clear", "--network", "127.0.0.1"}).status, 0);
    EXPECT_THAT(first.command({"limits", "show"}).output,
                MatchesRegex("refused limit=network attempts=0\nrefused limit=login attempts=0\n"
                             "refused limit=pair attempts=0\n"));
    EXPECT_EQ(redis.ask({"DBSIZE"}), "0") << redis.ask({"KEYS", "*"});
}

TEST_F(Limits, RedisCostsNobodyALogin) {
    ASSERT_TRUE(is_connected(first));
    redis.suspend();
    for (int i = 0; i < 5; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        EXPECT_EQ(auth(first, "joe", joe_password), 235);
        EXPECT_LT(std::chrono::steady_clock::now() - begun, 1s);
    }
    redis.resume();
    redis.kill();
    EXPECT_EQ(auth(first, "joe", joe_password), 235);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(auth(first, "jane", "guess"), 535);
    EXPECT_EQ(auth(first, "jane", jane_password), 454) << "it counts for itself";
    EXPECT_EQ(auth(second, "jane", jane_password), 235);
    const auto cleared = first.command({"limits", "clear", "--all"});
    EXPECT_EQ(cleared.status, 75);
    EXPECT_THAT(cleared.output, HasSubstr("forgotten here; Redis cannot be reached"));
    EXPECT_EQ(auth(first, "jane", jane_password), 235);
}

TEST_F(Limits, NothingThatIsStoredHoldsANameOrAnAddress) {
    ASSERT_TRUE(is_connected(first));
    EXPECT_EQ(auth(first, "jane", "guess"), 535);
    ASSERT_TRUE(eventually([&] { return redis.ask({"DBSIZE"}) == "2"; }));
    const auto names = redis.ask({"KEYS", "*"});
    EXPECT_THAT(names, HasSubstr("postern:session.auth.limits:g:"));
    EXPECT_THAT(names, Not(HasSubstr("jane")));
    EXPECT_THAT(names, Not(HasSubstr("127.0.0.1")));
}

TEST_F(Limits, CountsOutliveAReload) {
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(auth(first, "jane", "guess"), 535);
    redis.kill();
    first.reload();
    ASSERT_TRUE(
        eventually([&] { return first.log().find("config.reloaded") != std::string::npos; }));
    EXPECT_EQ(auth(first, "jane", jane_password), 454);
}

TEST(LimitsCommand, SaysWhatIsWrong) {
    Gateway gateway(settings("pair = 3\n"));
    EXPECT_EQ(gateway.command({"limits", "clear"}).status, 64);
    EXPECT_EQ(gateway.command({"limits", "clear", "--all", "--login", "jane"}).status, 64);
    for (const char* network : {"10.0.0.0/8", "localhost", "2001:db8::1/64", "192.0.2.1/32"}) {
        const auto refused = gateway.command({"limits", "clear", "--network", network});
        EXPECT_EQ(refused.status, 75) << network;
        EXPECT_THAT(refused.errors, HasSubstr("this is no network")) << network;
    }
    for (const char* network : {"192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "2001:db8::/64"})
        EXPECT_EQ(gateway.command({"limits", "clear", "--network", network}).status, 0) << network;
    gateway.kill();
    EXPECT_EQ(gateway.command({"limits", "show"}).status, 75);
}

TEST(LimitsCommand, WithoutLimitsThereIsNothingToTell) {
    Gateway gateway(settings(""));
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"limits", "show"}, {"limits", "clear", "--all"}}) {
        const auto said = gateway.command(words);
        EXPECT_EQ(said.status, 1) << said.errors;
        EXPECT_EQ(said.output, "no limits are set\n");
    }
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(auth(gateway, "jane", "guess"), 535);
    EXPECT_EQ(auth(gateway, "jane", jane_password), 235);
}

TEST(LimitsSettings, RedisNeedsAKeyAndToBeThere) {
    const std::string redis = "[redis.shared]\nurl = \"redis://127.0.0.1\"\n";
    const std::pair<std::string, const char*> cases[] = {
        {settings("redis = \"shared\"\n", redis),
         "there is no key to seal it with; key in [cache]"},
        {settings("redis = \"other\"\n", redis), "there is no [redis.other]"},
    };
    for (const auto& [text, problem] : cases) {
        const auto checked = Installation(text).command({"check"});
        EXPECT_EQ(checked.status, 78);
        EXPECT_THAT(checked.errors, HasSubstr(problem));
        EXPECT_THAT(checked.errors, MatchesRegex(".*postern.toml:[0-9]+:9: .*\n"));
    }
    // A command of its own waits for no Redis.
    const std::string key = "[cache]\nkey = \"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=\"\n";
    const auto checked =
        Installation(settings("pair = 1\nredis = \"shared\"\n", key + redis)).command({"check"});
    EXPECT_EQ(checked.status, 0) << checked.errors;
}

}  // namespace
}  // namespace postern::test
