// What becomes of what gateways remember when their Redis fails, or lies.
#include <cstdlib>

#include "integration/cache_gateways.hpp"
#include "observe/metrics.hpp"

namespace postern::directory {
namespace {

class CacheFaults : public CacheGateways {
 protected:
    // Jane's, who is remembered: the directory has another one, and Redis cannot be told.
    void change_password_while_redis_hangs(Gateway& at) {
        ask(at, "jane", "first");
        settle();
        redis->suspend();
        people.passwords["jane"] = "second";
        EXPECT_EQ(ask(at, "jane", "second"), "accepted by directory");
        settle();
    }
};

TEST_F(CacheFaults, ARedisThatSaysNothingCostsItsDeadlineAndNoAnswer) {
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

TEST_F(CacheFaults, WhatCouldNotBeWrittenIsNotBelievedAndSoonBlank) {
    redis_timeout = "50ms";
    auto a = gateway(), b = gateway();
    change_password_while_redis_hangs(*a);
    redis->resume();
    test::run_until(io, [&] { return a->store->redis()->is_up() && b->store->redis()->is_up(); });
    EXPECT_NE(ask(*a, "jane", "first").substr(0, 8), "accepted");
    test::run_until(io, [&] { return ask(*b, "jane", "first").substr(0, 8) != "accepted"; }, 5s);
}

TEST_F(CacheFaults, AReloadForgetsNothingThatCouldNotBeWritten) {
    redis_timeout = "50ms";
    const auto of_this_process = std::make_shared<cache::LostByDirectory>();
    auto before = gateway(usual(), "", false, of_this_process), other = gateway();
    change_password_while_redis_hangs(*before);
    before.reset();
    redis->resume();
    auto after = gateway(usual(), "", false, of_this_process);
    EXPECT_NE(ask(*after, "jane", "first").substr(0, 8), "accepted");
    test::run_until(
        io, [&] { return ask(*other, "jane", "first").substr(0, 8) != "accepted"; }, 5s);
}

// Something of ours that nobody expected, as no memory would be.
TEST_F(CacheFaults, ASurpriseWhileWritingIsToldAndNothingOfBeforeIsBelieved) {
    bool surprise = false;
    clock = [&surprise] {
        if (std::exchange(surprise, false)) throw std::runtime_error("a surprise");
        return cache::wall_clock();
    };
    auto a = gateway(), b = gateway();
    ask(*a, "jane", "first");
    settle();
    people.passwords["jane"] = "second";
    EXPECT_EQ(ask(*a, "jane", "second"), "accepted by directory");
    surprise = true;  // when what stands in Redis is looked at
    test::run_until(io, [&] { return log.contains(" cache.fault "); });
    EXPECT_NE(ask(*a, "jane", "first").substr(0, 8), "accepted");
    test::run_until(io, [&] { return ask(*b, "jane", "first").substr(0, 8) != "accepted"; }, 5s);
    EXPECT_EQ(ask(*b, "jane", "second").substr(0, 8), "accepted");
}

TEST_F(CacheFaults, AMessageThatSomebodyElseHasPublishedIsNone) {
    auto a = gateway();
    ask(*a, "jane", "first");
    settle();
    for (const char* change : {"all 1799999999999", "account postern:people:a:0 1", "login x"})
        redis->ask({"PUBLISH", "postern:people:changes", std::string("0 x ") + change});
    settle();
    EXPECT_EQ(ask(*a, "jane", "first"), "accepted by cache");
}

TEST_F(CacheFaults, ARedisThatIsKilledIsMissedAndComesBack) {
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

TEST_F(CacheFaults, ARedisThatIsFullOrFlushedChangesNoVerdict) {
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

TEST_F(CacheFaults, WhoHasTheKeyAloneCanWriteALogin) {
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

TEST_F(CacheFaults, ARecordOfBeforeIsNotBelievedWhereTheNewerOneWasSeen) {
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

TEST_F(CacheFaults, RecordsThatChangePlacesAreNone) {
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

// With guard and limits, before the same Redis.
class InventedLogins : public CacheGateways {
 protected:
    static constexpr std::size_t small = std::size_t{16} * 1024 * 1024;

    InventedLogins() {
        guard = GuardSettings();
        limits.failures = {0, 50, 10};
    }
    // Each with two passwords.
    void invent(Gateway& at, int logins) {
        std::vector<std::unique_ptr<test::Running<void>>> running;
        for (int i = 0; i < at_a_time; ++i)
            running.push_back(std::make_unique<test::Running<void>>(io, try_all(at, i, logins)));
        test::run_until(
            io,
            [&] { return std::ranges::all_of(running, [](auto& each) { return each->done(); }); },
            1h);
        for (auto& each : running)
            each->value();
    }
    net::Task<> try_all(Gateway& at, int first, int logins) {
        for (int i = first; i < logins; i += at_a_time)
            for (const char* password : {"guess", "another guess"}) {
                const auto answer = co_await log_in(at, fmt::format("invented{}", i), password);
                const auto* rejected = std::get_if<Rejected>(&answer);
                if (rejected == nullptr || rejected->reason != Reason::unknown_user)
                    ADD_FAILURE() << i << " " << password;
            }
    }
    std::size_t memory() const { return std::stoul(redis->info("used_memory")); }

 private:
    static constexpr int at_a_time = 16;
};

TEST_F(InventedLogins, AFloodOfThemLeavesRedisSmallAndTheKnownOnesKnown) {
    auto settings = usual();
    settings.entries = 3000;
    settings.rules.negative = 0ms;  // each of them is asked about again, and told
    const auto empty = memory();
    auto a = gateway(settings);
    for (int i = 0; i < 1000; ++i) {
        people.passwords[fmt::format("user{}", i)] = "first";
        ask(*a, fmt::format("user{}", i), "first");
    }
    settle();
    const auto without = memory();
    // A million takes minutes: POSTERN_INVENTED_LOGINS=1000000.
    const char* wanted = std::getenv("POSTERN_INVENTED_LOGINS");
    invent(*a, wanted != nullptr ? std::stoi(wanted) : 10'000);
    settle();
    EXPECT_GT(log.registry().counter(observe::metrics::redis_kept, {"shared"}).value(), 0u)
        << "too few to be a flood";
    RecordProperty("redis_octets_of_the_flood", std::to_string(memory() - without));
    RecordProperty("redis_octets", std::to_string(memory()));
    EXPECT_LT(memory() - empty, small);
    const auto questions = people.questions;
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(ask(*a, fmt::format("user{}", i), "first"), "accepted by cache");
    EXPECT_EQ(people.questions, questions);
}

TEST_F(InventedLogins, AFloodOfThemIsNoReasonNotToTellOfThoseThatExist) {
    auto a = gateway(), b = gateway();
    invent(*a, 5000);
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(ask(*a, "jane", fmt::format("wrong {}", i)), "bad_credentials by directory");
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(ask(*a, "nobody", fmt::format("wrong {}", i)).substr(0, 12), "unknown_user");
    settle();
    EXPECT_EQ(ask(*a, "nobody", "one more"), "held") << "it counts for itself";
    EXPECT_EQ(ask(*b, "nobody", "one more").substr(0, 12), "unknown_user") << "and alone";
    EXPECT_EQ(ask(*b, "jane", "one more"), "held");
}

}  // namespace
}  // namespace postern::directory
