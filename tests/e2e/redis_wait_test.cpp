// How long the clients of a built gateway wait for a Redis that says nothing.
#include <gtest/gtest.h>

#include <chrono>
#include <string_view>

#include "e2e/directory_settings.hpp"
#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/redis.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto timeout = 400ms;
constexpr int people = 30;

std::string person(const std::string& directory, const std::string& name) {
    return "[[directory." + directory + ".principals]]\nname = \"" + name +
           "\"\nsecret = \"secret\"\nemail = [\"" + name + "@example.org\"]\n";
}

std::string member(const std::string& name) {
    return "[directory." + name +
           "]\ntype = \"memory\"\ncache = { redis = \"shared\" }\n"
           "lockout-guard = { failures = 4, total = 4 }\n" +
           person(name, "head-of-" + name);
}

// Three directories that remember and guard, of which the last one knows everybody, and limits.
std::string settings(const RedisServer& redis) {
    auto sections =
        "[cache]\nkey = \"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=\"\n"
        "[redis.shared]\ntimeout = \"400ms\"\nurl = \"" +
        redis.url() +
        "\"\n[session.auth.limits]\nlogin = 50\npair = 10\nredis = \"shared\"\n"
        "[directory.all]\ntype = \"chain\"\nfirst = ["
        "{ directory = \"staff\", next-on = [\"unknown\"] }, "
        "{ directory = \"pupils\", next-on = [\"unknown\"] }, "
        "{ directory = \"guests\" }]\n" +
        member("staff") + member("pupils") + member("guests");
    for (int i = 0; i < people; ++i)
        sections += person("guests", "user" + std::to_string(i));
    return directory_settings("all", sections);
}

TEST(RedisWaitOfClients, AnAuthWaitsOnceHoweverManyHaveReasonToLookThere) {
    RedisServer redis;
    Gateway gateway(settings(redis));
    const auto is_connected = [&] {
        const auto log = gateway.log();
        const std::string_view each = "cache.redis-up - - redis=\"shared\" for=\"questions\"";
        std::size_t up = 0;
        for (auto at = log.find(each); at != log.npos; at = log.find(each, at + 1))
            ++up;
        return up == 7;  // the limits', and each directory's for what it remembers and guards
    };
    ASSERT_TRUE(eventually(is_connected)) << gateway.log();
    const auto auth = [&](int user) {
        auto client = gateway.client();
        client.greet();
        const auto begun = Clock::now();
        EXPECT_EQ(client.auth_plain("user" + std::to_string(user), "secret").code, 235);
        return Clock::now() - begun;
    };
    const auto usual = auth(0);
    redis.suspend();
    int waited = 0;
    for (int user = 1; user < people; ++user) {
        const auto took = auth(user);
        EXPECT_LT(took, usual + timeout + 200ms) << user << ": and a busy machine";
        if (took >= timeout - 100ms) ++waited;
    }
    redis.resume();
    EXPECT_GE(waited, 3) << "a connection is down after three";
}

}  // namespace
}  // namespace postern::test
