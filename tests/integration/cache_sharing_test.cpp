// What several gateways remember together in a real Redis, and what becomes of it when that Redis
// fails or lies.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "crypto/random.hpp"
#include "directory/cached.hpp"
#include "support/captured_log.hpp"
#include "support/fake_directory.hpp"
#include "support/redis.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Credentials;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;
using test::FakeDirectory;
using test::RedisServer;
using namespace std::chrono_literals;

// What all gateways ask: passwords by account; every account has a second spelling.
struct People {
    std::map<std::string, std::string> passwords;
    std::size_t questions = 0;

    static std::string account_of(const identity::Login& login) {
        return login.text().substr(0, login.text().find("@example.org"));
    }
    identity::LookupResult look_up(const identity::Login& login) const {
        const auto name = account_of(login);
        if (!passwords.contains(name)) return Rejected{Reason::unknown_user, ""};
        return identity::Principal{.name = name};
    }
    AuthResult answer(const Credentials& asked) {
        ++questions;
        const auto name = account_of(asked.login);
        const auto found = passwords.find(name);
        if (found == passwords.end()) return Rejected{Reason::unknown_user, ""};
        if (found->second != asked.password.reveal())
            return Rejected{Reason::bad_credentials, name};
        return Accepted{{.name = name, .addresses = {name + "@example.org"}}};
    }
};

class CacheSharingTest : public testing::Test {
 protected:
    struct Gateway {
        std::shared_ptr<cache::Store> store;
        std::unique_ptr<Cached> cached;
    };

    // `secret`: its cache.key; empty: ours. `after_ours`: ours is the one before it.
    std::unique_ptr<Gateway> gateway(cache::StoreSettings settings = usual(),
                                     const std::string& secret = "", bool after_ours = false) {
        auto text = fmt::format("url = \"{}\"\ntimeout = \"{}\"\n", redis->url(), redis_timeout);
        auto document = config::Document::parse("[redis.shared]\n" + text, "test.toml");
        auto section = document.root().table("redis").table("shared");
        const auto redis_settings = cache::read_redis_settings(section);
        EXPECT_TRUE(document.problems().empty());
        const auto keys = [](const std::string& of) {
            return cache::Keys(crypto::Secret(of), "people", "");
        };
        cache::KeyRing ring{keys(secret.empty() ? key : secret), std::nullopt};
        if (after_ours) ring.previous.emplace(keys(key));
        auto made = std::make_unique<Gateway>();
        auto connection =
            std::make_unique<cache::Redis>(redis_settings, "shared", log, io.get_executor());
        auto* client = connection.get();
        made->store = std::make_shared<cache::Store>(
            settings, cache::Store::Parts{std::move(ring), std::move(connection), log,
                                          io.get_executor(), "people"});
        made->store->subscribe(redis_settings, "shared");
        auto inner = std::make_unique<FakeDirectory>(
            [this](const Credentials& asked) { return answered(people.answer(asked)); },
            [this](const identity::Login& login) { return found(people.look_up(login)); });
        made->cached = std::make_unique<Cached>(std::move(inner), made->store, log, "people");
        test::run_until(io, [&] { return client->is_up() && made->store->is_heard(); });
        settle();  // it asks when everything was flushed last
        return made;
    }
    static cache::StoreSettings usual() {
        return {.rules = {.positive = 1h, .negative = 1min, .stale = 24h}, .local = 10s};
    }
    static net::Task<AuthResult> answered(AuthResult result) { co_return result; }
    static net::Task<identity::LookupResult> found(identity::LookupResult result) {
        co_return result;
    }

    std::string ask(Gateway& at, const std::string& login, const std::string& password) {
        const auto question = test::credentials(login, password, "home");
        const auto begun = net::Clock::now();
        const auto result = test::run_task(io, at.cached->authenticate(question));
        longest = std::max(longest, net::Clock::now() - begun);
        if (const auto* accepted = std::get_if<Accepted>(&result)) {
            EXPECT_EQ(accepted->principal.addresses[0], accepted->principal.name + "@example.org");
            return fmt::format("accepted by {}", to_string(accepted->source));
        }
        if (const auto* rejected = std::get_if<Rejected>(&result))
            return fmt::format("{} by {}", to_string(rejected->reason),
                               to_string(rejected->source));
        return to_string(std::get<Unavailable>(result).scope);
    }
    // Until what is written behind has arrived, and what is published has been heard.
    void settle() { test::run_task(io, net::sleep_for(150ms)); }
    std::int64_t flush(Gateway& at, const std::optional<std::string>& login) {
        std::optional<identity::Login> whose;
        if (login) whose = test::login(*login);
        const auto done = test::run_task(io, at.cached->forget(whose));
        EXPECT_TRUE(std::get<Forgotten>(done).complete);
        return std::get<Forgotten>(done).gateways;
    }
    std::vector<std::string> records() {
        std::vector<std::string> names;
        const auto all = redis->ask({"KEYS", "*"});
        for (std::size_t at = 0; at < all.size();) {
            const auto end = std::min(all.find('\n', at), all.size());
            names.push_back(all.substr(at, end - at));
            at = end + 1;
        }
        return names;
    }

    asio::io_context io{1};
    test::CapturedLog log;
    std::string redis_timeout = "2s";  // longer than a busy machine is busy
    std::string key = crypto::random_octets(32);
    std::unique_ptr<RedisServer> redis = std::make_unique<RedisServer>();
    People people{{{"jane", "first"}, {"paul", "first"}}};
    net::Clock::duration longest{0};
};

TEST_F(CacheSharingTest, WhatOneHasLearnedTheOtherKnows) {
    auto a = gateway(), b = gateway();
    EXPECT_EQ(ask(*a, "jane", "first"), "accepted by directory");
    EXPECT_EQ(ask(*a, "jane", "wrong"), "bad_credentials by directory");
    settle();
    EXPECT_EQ(ask(*b, "jane", "first"), "accepted by redis");
    EXPECT_EQ(ask(*b, "jane", "wrong"), "bad_credentials by cache");
    EXPECT_EQ(people.questions, 2u);
}

TEST_F(CacheSharingTest, ANewPasswordEndsTheOldOneEverywhereWhateverTheSpelling) {
    auto a = gateway(), b = gateway();
    for (auto* each : {a.get(), b.get()})
        for (const char* spelling : {"jane", "jane@example.org"}) {
            ask(*each, spelling, "first");
            settle();
        }
    people.passwords["jane"] = "second";
    EXPECT_EQ(ask(*a, "jane", "second"), "accepted by directory");
    settle();
    for (auto* each : {a.get(), b.get()})
        for (const char* spelling : {"jane", "jane@example.org"})
            EXPECT_EQ(ask(*each, spelling, "first").substr(0, 15), "bad_credentials");
    EXPECT_EQ(ask(*b, "jane@example.org", "second"), "accepted by cache");
}

TEST_F(CacheSharingTest, AFlushIsHeardWithinASecond) {
    auto a = gateway(), b = gateway();
    ask(*a, "jane", "first");
    settle();
    ask(*b, "jane@example.org", "first");
    settle();
    ASSERT_EQ(ask(*b, "jane@example.org", "first").substr(0, 11), "accepted by");
    ASSERT_EQ(people.questions, 2u);
    people.passwords["jane"] = "second";
    EXPECT_EQ(flush(*a, "jane"), 2) << "gateways that hear";
    test::run_task(io, net::sleep_for(500ms));
    EXPECT_EQ(ask(*b, "jane@example.org", "first"), "bad_credentials by directory");

    ask(*a, "paul", "first");
    settle();
    ask(*b, "paul", "first");
    people.passwords["paul"] = "second";
    EXPECT_EQ(flush(*a, std::nullopt), 2);
    test::run_task(io, net::sleep_for(500ms));
    EXPECT_EQ(ask(*b, "paul", "first"), "bad_credentials by directory");
    auto newcomer = gateway();
    EXPECT_EQ(ask(*newcomer, "paul", "first"), "bad_credentials by redis") << "learned since then";
    EXPECT_EQ(ask(*newcomer, "jane", "first"), "bad_credentials by directory");
}

TEST_F(CacheSharingTest, WhoMissedAFlushBeginsAnew) {
    auto a = gateway(), b = gateway();
    ask(*a, "jane", "first");
    settle();
    ask(*b, "jane", "first");
    people.passwords["jane"] = "second";
    redis->ask({"CLIENT", "KILL", "TYPE", "pubsub"});
    // Nobody hears this one.
    test::run_task(io, a->cached->forget(test::login("jane")));
    test::run_until(io, [&] { return b->store->is_heard(); });
    settle();
    EXPECT_EQ(ask(*b, "jane", "first").substr(0, 15), "bad_credentials");
}

TEST_F(CacheSharingTest, ARedisThatSaysNothingCostsItsDeadlineAndNoAnswer) {
    redis_timeout = "50ms";
    auto a = gateway();
    ask(*a, "jane", "first");
    settle();
    redis->suspend();
    longest = 0s;
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(ask(*a, "jane", "first"), "accepted by cache");
        EXPECT_EQ(ask(*a, "paul", "first"), i == 0 ? "accepted by directory" : "accepted by cache");
        EXPECT_EQ(ask(*a, fmt::format("nobody{}", i), "x"), "unknown_user by directory");
    }
    EXPECT_LT(longest, 50ms + 100ms) << "the deadline, and a busy machine";
    redis->resume();
    test::run_until(io, [&] { return a->store->redis()->is_up(); });
    EXPECT_EQ(ask(*a, "jane", "first").substr(0, 8), "accepted");
}

TEST_F(CacheSharingTest, WhatCouldNotBeWrittenIsNotBelievedAndSoonBlank) {
    redis_timeout = "50ms";
    auto a = gateway(), b = gateway();
    ask(*a, "jane", "first");
    settle();
    redis->suspend();
    people.passwords["jane"] = "second";
    EXPECT_EQ(ask(*a, "jane", "second"), "accepted by directory");
    settle();
    redis->resume();
    test::run_until(io, [&] { return a->store->redis()->is_up() && b->store->redis()->is_up(); });
    EXPECT_NE(ask(*a, "jane", "first").substr(0, 8), "accepted");
    test::run_until(io, [&] { return ask(*b, "jane", "first").substr(0, 8) != "accepted"; }, 5s);
}

TEST_F(CacheSharingTest, AMessageThatSomebodyElseHasPublishedIsNone) {
    auto a = gateway();
    ask(*a, "jane", "first");
    settle();
    for (const char* change : {"all 1799999999999", "account postern:people:a:0 1", "login x"})
        redis->ask({"PUBLISH", "postern:people:changes", std::string("0 x ") + change});
    settle();
    EXPECT_EQ(ask(*a, "jane", "first"), "accepted by cache");
}

TEST_F(CacheSharingTest, UnderANewKeyAnOldPasswordIsNotFoundByAnotherSpelling) {
    auto old = gateway();
    ask(*old, "jane", "first");
    settle();
    people.passwords["jane"] = "second";
    auto a = gateway(usual(), std::string(32, 'n'), true);
    EXPECT_EQ(ask(*a, "jane@example.org", "second"), "accepted by directory");
    settle();
    EXPECT_EQ(ask(*a, "jane", "first"), "bad_credentials by directory");
}

TEST_F(CacheSharingTest, ARedisThatIsKilledIsMissedAndComesBack) {
    auto a = gateway(), b = gateway();
    ask(*a, "jane", "first");
    settle();
    redis->kill();
    EXPECT_EQ(ask(*a, "jane", "first"), "accepted by cache");
    EXPECT_EQ(ask(*b, "jane", "first"), "accepted by directory");
    EXPECT_EQ(ask(*b, "jane", "wrong"), "bad_credentials by directory");
    redis->start();
    test::run_until(io, [&] {
        return a->store->redis()->is_up() && b->store->redis()->is_up() && b->store->is_heard();
    });
    EXPECT_EQ(ask(*a, "paul", "first"), "accepted by directory");
    settle();
    EXPECT_EQ(ask(*b, "paul", "first"), "accepted by redis");
}

TEST_F(CacheSharingTest, ARedisThatIsFullOrFlushedChangesNoVerdict) {
    redis = std::make_unique<RedisServer>(test::RedisOptions{.max_memory = "2mb"});
    const std::string filling(100'000, 'x');
    for (int i = 0; i < 100; ++i)
        try {
            redis->ask({"SET", fmt::format("filling{}", i), filling});
        } catch (const std::runtime_error&) {
            break;
        }
    auto a = gateway(), b = gateway();
    EXPECT_EQ(ask(*a, "jane", "first"), "accepted by directory");
    settle();
    EXPECT_EQ(ask(*a, "jane", "first"), "accepted by cache");
    EXPECT_EQ(ask(*b, "jane", "first"), "accepted by directory");
    EXPECT_EQ(ask(*b, "jane", "wrong"), "bad_credentials by directory");
    redis->flush();
    EXPECT_EQ(ask(*b, "jane", "first"), "accepted by cache");
}

TEST_F(CacheSharingTest, WhoHasTheKeyAloneCanWriteALogin) {
    auto a = gateway();
    ask(*a, "jane", "first");
    settle();
    const auto names = records();
    ASSERT_EQ(names.size(), 2u) << "a login and an account";
    for (const auto& name : names) {
        EXPECT_EQ(name.find("jane"), std::string::npos);
        EXPECT_EQ(redis->ask({"GET", name}).find("jane"), std::string::npos);
    }
    auto stranger = gateway(usual(), std::string(32, 'k'));
    EXPECT_EQ(ask(*stranger, "jane", "first"), "accepted by directory");
}

TEST_F(CacheSharingTest, ARecordOfBeforeIsNotBelievedWhereTheNewerOneWasSeen) {
    auto settings = usual();
    settings.local = 0ms;  // Redis is looked at for every login
    auto a = gateway(settings);
    ask(*a, "jane", "first");
    settle();
    std::map<std::string, std::string> before;
    for (const auto& name : records())
        before[name] = redis->ask({"DUMP", name});
    for (const auto& name : records())
        redis->ask({"RENAME", name, "old " + name});
    people.passwords["jane"] = "second";
    // What stood there is gone, so nobody knows what has come between: the second answer counts.
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(ask(*a, "jane", "second"), "accepted by directory");
        settle();
    }
    for (const auto& [name, ignored] : before)
        redis->ask({"RENAME", "old " + name, name});
    EXPECT_EQ(ask(*a, "jane", "first"), "bad_credentials by directory");
    EXPECT_EQ(ask(*a, "jane", "second"), "accepted by cache");
}

TEST_F(CacheSharingTest, RecordsThatChangePlacesAreNone) {
    auto a = gateway();
    ask(*a, "jane", "first");
    settle();
    const auto janes = records();
    people.passwords["paul"] = "other";
    ask(*a, "paul", "other");
    settle();
    auto pauls = records();
    std::erase_if(pauls,
                  [&](const auto& name) { return std::ranges::find(janes, name) != janes.end(); });
    ASSERT_EQ(pauls.size(), 2u);
    for (const auto& paul : pauls)
        for (const auto& jane : janes)
            if (paul.substr(0, 17) == jane.substr(0, 17))
                redis->ask({"COPY", jane, paul, "REPLACE"});
    auto b = gateway();
    EXPECT_EQ(ask(*b, "paul", "first"), "bad_credentials by directory");
}

TEST_F(CacheSharingTest, AnotherKeyReadsWhatStoodUnderThePreviousOne) {
    auto old = gateway();
    ask(*old, "jane", "first");
    ask(*old, "jane", "wrong");
    ask(*old, "paul", "first");
    settle();
    auto a = gateway(usual(), std::string(32, 'n'), true);
    EXPECT_EQ(ask(*a, "jane", "wrong"), "bad_credentials by cache");
    EXPECT_EQ(ask(*a, "jane", "first"), "accepted by cache");
    EXPECT_EQ(ask(*a, "jane", "other"), "bad_credentials by directory");
    settle();
    auto b = gateway(usual(), std::string(32, 'n'));
    EXPECT_EQ(ask(*b, "jane", "first"), "accepted by redis") << "it was sealed anew";
    flush(*a, "paul");
    people.passwords["paul"] = "second";
    EXPECT_EQ(ask(*a, "paul", "first"), "bad_credentials by directory");
}

TEST_F(CacheSharingTest, AFloodOfInventedLoginsLeavesRedisSmallAndTheKnownOnesKnown) {
    auto settings = usual();
    settings.entries = 3000;
    auto a = gateway(settings);
    for (int i = 0; i < 1000; ++i) {
        people.passwords[fmt::format("user{}", i)] = "first";
        ask(*a, fmt::format("user{}", i), "first");
    }
    settle();
    for (int i = 0; i < 20'000; ++i)
        ask(*a, fmt::format("invented{}", i), "guess");
    settle();
    const auto questions = people.questions;
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(ask(*a, fmt::format("user{}", i), "first"), "accepted by cache");
    EXPECT_EQ(people.questions, questions);
    EXPECT_LT(std::stoul(redis->info("used_memory_dataset")), 16u * 1024 * 1024);
    EXPECT_EQ(redis->ask({"DBSIZE"}), "2000") << "invented ones are kept from the second time on";
}

}  // namespace
}  // namespace postern::directory
