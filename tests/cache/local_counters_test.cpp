#include "cache/local_counters.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace postern::cache {
namespace {

using namespace std::chrono_literals;

TEST(LocalCounters, CountsUntilNothingWasCountedForAWindow) {
    LocalCounters counters(10);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(counters.read("jane", start), 0u);
    counters.count("jane", 10min, start);
    counters.count("jane", 10min, start + 9min);
    EXPECT_EQ(counters.read("jane", start + 18min), 2u) << "the second one began it anew";
    EXPECT_EQ(counters.read("jane", start + 19min), 0u);
    counters.count("jane", 10min, start + 20min);
    EXPECT_EQ(counters.read("jane", start + 20min), 1u);
    EXPECT_EQ(counters.read("paul", start + 20min), 0u);
}

TEST(LocalCounters, WhatIsKeptIsToldWithTheNextOneAndEndsWithTheCount) {
    LocalCounters counters(10);
    const auto now = std::chrono::steady_clock::now();
    EXPECT_EQ(counters.count("jane", 1min, now), 1u);
    counters.keep("jane");
    EXPECT_EQ(counters.count("jane", 1min, now), 2u);
    EXPECT_EQ(counters.read("jane", now), 2u);
    EXPECT_EQ(counters.kept("jane", now), 1u);
    EXPECT_EQ(counters.take_kept("jane"), 1u);
    EXPECT_EQ(counters.take_kept("jane"), 0u);
    counters.keep("jane");
    EXPECT_EQ(counters.kept("jane", now + 1min), 0u);
    counters.count("jane", 1min, now + 1min);
    EXPECT_EQ(counters.kept("jane", now + 1min), 0u);
    counters.keep("nobody");
    EXPECT_EQ(counters.kept("nobody", now), 0u);
}

TEST(LocalCounters, WhatIsForgottenBeginsAtNothing) {
    LocalCounters counters(10);
    const auto now = std::chrono::steady_clock::now();
    counters.count("jane", 1min, now);
    counters.forget("jane");
    counters.forget("nobody");
    EXPECT_EQ(counters.read("jane", now), 0u);
    EXPECT_EQ(counters.size(), 0u);
}

TEST(LocalCounters, TheOnesCountedLongestAgoMakeRoom) {
    LocalCounters counters(3);
    const auto now = std::chrono::steady_clock::now();
    for (const char* name : {"a", "b", "c"})
        counters.count(name, 1min, now);
    counters.count("a", 1min, now);
    counters.count("d", 1min, now);
    EXPECT_EQ(counters.size(), 3u);
    EXPECT_EQ(counters.read("b", now), 0u);
    EXPECT_EQ(counters.read("a", now), 2u);
    for (int i = 0; i < 1000; ++i)
        counters.count(fmt::format("flood{}", i), 1min, now);
    EXPECT_EQ(counters.size(), 3u);
}

TEST(LocalCounters, TellAllThatCount) {
    LocalCounters counters(3);
    const auto now = std::chrono::steady_clock::now();
    counters.count("old", 1min, now);
    counters.count("jane", 10min, now);
    counters.set("paul", 7, now + 5min);
    const auto all = counters.all(now + 2min);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].name, "paul");
    EXPECT_EQ(all[0].count, 7u);
    EXPECT_EQ(all[0].until, now + 5min);
    EXPECT_EQ(all[1].name, "jane");
    counters.set("paul", 1, now + 3min);
    EXPECT_EQ(counters.read("paul", now + 2min), 1u);
    EXPECT_EQ(counters.read("paul", now + 3min), 0u);
}

}  // namespace
}  // namespace postern::cache
