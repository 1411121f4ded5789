#include "cache/local_attempts.hpp"

#include <gtest/gtest.h>

namespace postern::cache {
namespace {

using namespace std::chrono_literals;
using Kind = Place::Kind;

class LocalAttemptsTest : public testing::Test {
 protected:
    Kind enter(const std::string& attempt, std::uint64_t places = 2) {
        return attempts.enter("jane", places, attempt, 10s, now).kind;
    }
    std::uint64_t failed() { return attempts.enter("jane", 0, "", 10s, now).failed; }
    bool fail(const std::string& attempt) { return attempts.fail("jane", attempt, 10s, now); }

    LocalAttempts attempts{10};
    LocalAttempts::Time now{};
};

TEST_F(LocalAttemptsTest, SoManyHaveAPlaceWhetherTheyAreUnderWayOrHaveFailed) {
    EXPECT_EQ(enter("a"), Kind::taken);
    EXPECT_EQ(enter("b"), Kind::taken);
    EXPECT_EQ(enter("c"), Kind::none);
    EXPECT_EQ(failed(), 0u);
    EXPECT_FALSE(fail("a"));
    EXPECT_EQ(enter("c"), Kind::none);
    EXPECT_EQ(failed(), 1u);
    attempts.leave("jane", "b");
    EXPECT_EQ(enter("c"), Kind::taken);
    EXPECT_EQ(attempts.enter("paul", 2, "c", 10s, now).kind, Kind::taken);
}

TEST_F(LocalAttemptsTest, AnAttemptHasOnePlaceHoweverOftenItAsks) {
    EXPECT_EQ(enter("a", 1), Kind::taken);
    EXPECT_EQ(enter("a", 1), Kind::kept);
    EXPECT_FALSE(fail("a"));
    EXPECT_TRUE(fail("a"));
    EXPECT_EQ(failed(), 1u);
    EXPECT_EQ(enter("a", 1), Kind::kept);
}

TEST_F(LocalAttemptsTest, WhatHasFailedWithoutAPlaceCountsAsWell) {
    enter("a");
    enter("b");
    EXPECT_FALSE(fail("c"));
    EXPECT_TRUE(fail("d"));
    EXPECT_EQ(failed(), 2u);
}

TEST_F(LocalAttemptsTest, OneThatSucceedsEndsTheCountOfThoseThatHaveFailed) {
    enter("a", 9);
    enter("b", 9);
    fail("c");
    attempts.succeed("jane", "a");
    EXPECT_EQ(failed(), 0u);
    EXPECT_EQ(enter("c", 1), Kind::none) << "b is under way";
    EXPECT_EQ(enter("c", 2), Kind::taken);
}

TEST_F(LocalAttemptsTest, TheWindowBeginsAnewWithEveryFailure) {
    fail("a");
    now += 9s;
    fail("b");
    now += 9s;
    EXPECT_EQ(enter("c"), Kind::none);
    now += 1s;
    EXPECT_EQ(enter("c"), Kind::taken);
    EXPECT_EQ(failed(), 0u);
}

TEST_F(LocalAttemptsTest, WhatIsKeptCountsHereAndIsToldWithTheNextOne) {
    enter("a", 3);
    fail("a");
    attempts.keep("jane", "a");
    EXPECT_TRUE(attempts.is_kept("jane", "a"));
    EXPECT_EQ(attempts.kept("jane"), 1u);
    EXPECT_EQ(failed(), 1u);
    EXPECT_TRUE(fail("b")) << "one more";
    EXPECT_FALSE(attempts.is_kept("jane", "b"));
    attempts.mark_untold("jane");
    EXPECT_EQ(attempts.take_untold("jane"), std::vector<std::string>{"b"});
    EXPECT_EQ(attempts.take_kept("jane"), std::vector<std::string>{"a"});
    EXPECT_EQ(attempts.kept("jane"), 0u);
    EXPECT_TRUE(attempts.take_kept("jane").empty());
    EXPECT_EQ(failed(), 2u);
}

TEST_F(LocalAttemptsTest, WhatIsKeptEndsWithASuccessToo) {
    fail("a");
    attempts.keep("jane", "a");
    attempts.succeed("jane", "b");
    EXPECT_EQ(attempts.kept("jane"), 0u);
    attempts.keep("nobody", "a");
    EXPECT_EQ(attempts.kept("nobody"), 0u);
}

TEST_F(LocalAttemptsTest, WhatOthersHaveNotHeardIsToldOnce) {
    enter("a");
    fail("b");
    EXPECT_TRUE(attempts.take_untold("jane").empty());
    attempts.mark_untold("jane");
    attempts.mark_untold("paul");
    EXPECT_EQ(attempts.take_untold("jane"), std::vector<std::string>{"b"});
    EXPECT_TRUE(attempts.take_untold("jane").empty());
    EXPECT_TRUE(attempts.take_untold("paul").empty());
}

TEST_F(LocalAttemptsTest, TheNamesUsedLongestAgoMakeRoom) {
    fail("a");
    for (int i = 0; i < 10; ++i)
        attempts.fail("other " + std::to_string(i), "a", 10s, now);
    EXPECT_EQ(failed(), 0u);
}

}  // namespace
}  // namespace postern::cache
