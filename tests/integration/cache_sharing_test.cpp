// What several gateways remember together in a real Redis.
#include "integration/cache_gateways.hpp"

namespace postern::directory {
namespace {

class CacheSharingTest : public CacheGateways {};

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

TEST_F(CacheSharingTest, WhoIsNobodyTheOthersHearFromTheSecondTimeOn) {
    auto settings = usual();
    settings.rules.negative = 1s;
    settings.local = 0ms;
    auto a = gateway(settings), b = gateway(settings);
    EXPECT_EQ(ask(*a, "nobody", "guess"), "unknown_user by directory");
    settle();
    EXPECT_TRUE(records().empty());
    for (int i = 0; i < 3; ++i) {
        test::run_task(io, net::sleep_for(1s));
        EXPECT_EQ(ask(*a, "nobody", "guess"), "unknown_user by directory");
        settle();
        EXPECT_EQ(records().size(), 1u);
        EXPECT_EQ(ask(*b, "nobody", "guess"), "unknown_user by redis");
        redis->flush();
    }
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

}  // namespace
}  // namespace postern::directory
