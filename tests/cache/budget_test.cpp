#include "cache/budget.hpp"

#include <gtest/gtest.h>

namespace postern::cache {
namespace {

using namespace std::chrono_literals;

TEST(Budget, HasSoMuchForEachWindowWhichTheFirstOneBegins) {
    Budget budget(2);
    const Budget::Time start{1h};
    EXPECT_TRUE(budget.spend(10s, start));
    EXPECT_TRUE(budget.spend(10s, start + 9s));
    EXPECT_FALSE(budget.spend(10s, start + 9s));
    EXPECT_FALSE(budget.spend(10s, start + 9999ms));
    EXPECT_TRUE(budget.spend(10s, start + 30s));
    EXPECT_TRUE(budget.spend(10s, start + 39s));
    EXPECT_FALSE(budget.spend(10s, start + 39s));
    EXPECT_TRUE(budget.spend(10s, start + 40s));
}

TEST(Budget, WhatIsNotSpentIsNotSaved) {
    Budget budget(1);
    const Budget::Time start{1h};
    EXPECT_TRUE(budget.spend(10s, start));
    EXPECT_TRUE(budget.spend(10s, start + 1h));
    EXPECT_FALSE(budget.spend(10s, start + 1h));
}

}  // namespace
}  // namespace postern::cache
