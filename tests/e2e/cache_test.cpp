// Two built gateways before a real OpenLDAP, remembering together in a real Redis.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "e2e/directory_settings.hpp"
#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/redis.hpp"
#include "support/slapd.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr const char* key = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=";

std::string settings(const Slapd& slapd, const RedisServer& redis) {
    auto text = directory_settings("corp", R"toml(
[cache]
key = ")toml" + std::string(key) + "\"\n[redis.shared]\nurl = \"" +
                                               redis.url() + R"toml("
[directory.corp]
type = "ldap"
base-dn = "dc=example,dc=org"
timeout = "2s"
filter.name = "(|(uid=?)(mail=?))"
attributes.email-alias = "mailAlias"
cache = { redis = "shared", ttl = { stale = "1d", positive = "1h" } }
lockout-guard = { failures = 3, total = 3 }
bind.auth.method = "lookup"
bind.dn = ")toml" + Slapd::service_dn() + "\"\nbind.secret = \"" +
                                               std::string(Slapd::service_password) +
                                               "\"\nurl = \"" + slapd.url() + "\"\n");
    return replaced(text, "hostname = \"mail.example.org\"\n",
                    "hostname = \"mail.example.org\"\ncontrol = \"${directory}/control\"\n");
}

class Cache : public testing::Test {
 protected:
    static int auth(const Gateway& gateway, const std::string& login, std::string_view password) {
        auto client = gateway.client();
        client.greet();
        return client.auth_plain(login, std::string(password)).code;
    }
    bool logs(const char* words) const { return first.log().find(words) != std::string::npos; }
    // Until what one has learned has reached Redis.
    static void settle() { std::this_thread::sleep_for(300ms); }
    void set_password(const std::string& password) {
        slapd.modify(
            "dn: uid=jane,ou=people,dc=example,dc=org\nchangetype: modify\nreplace: "
            "userPassword\nuserPassword: " +
            password + "\n");
    }

    Slapd slapd{{.log = "none"}};
    RedisServer redis;
    Gateway first{settings(slapd, redis)}, second{settings(slapd, redis)};
};

TEST_F(Cache, WhatOneGatewayHasLearnedTheOtherSaysAtOnce) {
    EXPECT_EQ(auth(first, "jane", jane_password), 235);
    EXPECT_EQ(auth(first, "jane", jane_password), 235);
    settle();
    EXPECT_EQ(auth(second, "jane", jane_password), 235);
    EXPECT_THAT(first.log(), HasSubstr("source=\"directory\""));
    EXPECT_THAT(first.log(), HasSubstr("source=\"cache\""));
    EXPECT_THAT(second.log(), HasSubstr("source=\"redis\""));
    EXPECT_THAT(second.log(), Not(HasSubstr("source=\"directory\"")));
}

TEST_F(Cache, AFlushAtOneEndsAnOldPasswordAtBoth) {
    for (const auto* gateway : {&first, &second}) {
        ASSERT_EQ(auth(*gateway, "jane", jane_password), 235);
        settle();
    }
    set_password("another one");
    ASSERT_EQ(auth(second, "jane", jane_password), 235) << "it is remembered";
    const auto flushed = first.command({"cache", "flush", "jane"});
    EXPECT_EQ(flushed.status, 0) << flushed.errors;
    EXPECT_THAT(flushed.output, HasSubstr("corp: forgotten here, 2 gateways have heard"));
    EXPECT_TRUE(eventually([&] { return auth(second, "jane", jane_password) == 535; }));
    EXPECT_EQ(auth(first, "jane", jane_password), 535);
    EXPECT_EQ(auth(first, "jane", "another one"), 235);
}

TEST_F(Cache, ADirectoryThatIsDownLetsInWhoWasRightAndSaysNoToNobody) {
    ASSERT_EQ(auth(first, "jane", jane_password), 235);
    slapd.kill();
    EXPECT_EQ(auth(first, "jane", jane_password), 235);
    EXPECT_EQ(auth(first, "jane", "wrong"), 454);
    EXPECT_EQ(auth(first, "joe", "anything"), 454);
    for (int i = 0; i < 10; ++i)
        auth(first, "joe", "anything");
    EXPECT_TRUE(eventually([&] { return logs("directory.breaker-open"); })) << first.log();
    slapd.start();
    EXPECT_TRUE(eventually([&] { return auth(first, "joe", joe_password) == 235; }));
    EXPECT_TRUE(eventually([&] { return logs("directory.breaker-closed"); })) << first.log();
}

TEST_F(Cache, TheGuardCountsForBothAndNeverSaysNo) {
    EXPECT_EQ(auth(first, "joe", "guess 1"), 535);
    EXPECT_EQ(auth(second, "joe", "guess 2"), 535);
    EXPECT_EQ(auth(first, "joe", "guess 3"), 535);
    settle();
    EXPECT_EQ(auth(second, "joe", joe_password), 454);
    EXPECT_THAT(second.log(), HasSubstr("scope=\"held\""));
}

TEST_F(Cache, WithoutRedisEachRemembersForItself) {
    ASSERT_EQ(auth(first, "jane", jane_password), 235);
    redis.kill();
    EXPECT_EQ(auth(first, "jane", jane_password), 235);
    EXPECT_EQ(auth(second, "jane", jane_password), 235);
    const auto flushed = first.command({"cache", "flush", "jane"});
    EXPECT_EQ(flushed.status, 75);
    EXPECT_THAT(flushed.output, HasSubstr("Redis cannot be reached"));
    redis.start();
    EXPECT_TRUE(eventually([&] { return first.command({"cache", "flush", "jane"}).status == 0; }));
}

TEST_F(Cache, ItsFiguresAreThere) {
    auth(first, "jane", jane_password);
    auth(first, "jane", jane_password);
    const auto stats = first.command({"cache", "stats"});
    EXPECT_EQ(stats.status, 0) << stats.errors;
    for (const char* line : {"corp cache.accepted 1\n", "corp cache.asked 1\n", "corp redis.up 1\n",
                             "corp breaker.open 0\n", "corp questions.joined 0\n"})
        EXPECT_THAT(stats.output, HasSubstr(line));
    first.kill();
    EXPECT_EQ(first.command({"cache", "stats"}).status, 75);
}

// Somebody starts it by hand beside the service, sees that it works, and ends it.
TEST_F(Cache, TheManagementSocketComesBackWhenAnotherProcessHadIt) {
    const auto socket = first.directory() / "control";
    const auto inode = [&] {
        struct stat found{};
        return ::stat(socket.c_str(), &found) == 0 ? found.st_ino : 0;
    };
    const auto ours = inode();
    {
        Process another(first.command_line({"serve"}));
        ASSERT_TRUE(eventually([&] { return inode() != ours; }));
        another.signal(SIGTERM);
        EXPECT_EQ(another.wait(10s), 0);
    }
    EXPECT_TRUE(eventually([&] { return first.command({"cache", "stats"}).status == 0; }));
}

TEST_F(Cache, WhoIsConnectedToTheManagementSocketHoldsUpNoEnd) {
    const int silent = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = (first.directory() / "control").string();
    ASSERT_LT(path.size(), sizeof address.sun_path);
    std::ranges::copy(path, address.sun_path);
    ASSERT_EQ(::connect(silent, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    std::this_thread::sleep_for(200ms);  // it is being listened to
    first.drain();
    EXPECT_EQ(first.process().wait(5s), 0);
    ::close(silent);
}

TEST_F(Cache, CheckConnectTriesRedis) {
    const auto up = first.command({"check", "--connect"});
    EXPECT_EQ(up.status, 0) << up.output << up.errors;
    EXPECT_THAT(up.output, HasSubstr("redis shared: good: "));
    redis.kill();
    const auto down = first.command({"check", "--connect"});
    EXPECT_EQ(down.status, 75);
    EXPECT_THAT(down.output, HasSubstr("redis shared: fault: Connection refused"));
}

TEST_F(Cache, NothingThatIsSaidOrStoredHoldsAPasswordOrAName) {
    auth(first, "jane", jane_password);
    settle();
    EXPECT_THAT(first.log(), Not(HasSubstr(std::string(jane_password))));
    const auto names = redis.ask({"KEYS", "*"});
    EXPECT_THAT(names, HasSubstr("postern:corp:a:"));
    EXPECT_THAT(names, Not(HasSubstr("jane")));
}

TEST(CacheSettings, RedisWithoutAKeyIsRefused) {
    Installation installation(directory_settings("people", R"toml(
[redis.shared]
url = "redis://127.0.0.1"
[directory.people]
type = "memory"
cache.redis = "shared"
[[directory.people.principals]]
name = "jane"
secret = "secret"
email = ["jane@example.org"]
)toml"));
    const auto checked = installation.command({"check"});
    EXPECT_EQ(checked.status, 78);
    EXPECT_THAT(checked.errors, HasSubstr("there is no key to seal it with; key in [cache]"));
}

}  // namespace
}  // namespace postern::test
