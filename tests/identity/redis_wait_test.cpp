#include "identity/redis_wait.hpp"

#include <gtest/gtest.h>

#include "identity/credentials.hpp"

namespace postern::identity {
namespace {

using namespace std::chrono_literals;

TEST(RedisWait, WhatIsLeftIsAtLeastNothing) {
    RedisWait wait;
    EXPECT_EQ(wait.left_of(50ms), 50ms);
    wait.add(20ms);
    EXPECT_EQ(wait.left_of(50ms), 30ms);
    wait.add(-5ms);
    wait.add(40ms);
    EXPECT_EQ(wait.sum(), 60ms);
    EXPECT_EQ(wait.left_of(50ms), 0ms);
}

TEST(RedisWait, CopiesOfCredentialsWaitTogetherAndOthersForThemselves) {
    const auto login = Login::parse("jane").value();
    Credentials ours{login, crypto::Secret("secret"), "192.0.2.1"};
    const Credentials others{login, crypto::Secret("secret"), "192.0.2.1"};
    auto copied = ours.copy().copy();
    copied.redis_wait.add(10ms);
    ours.redis_wait.add(5ms);
    EXPECT_EQ(ours.redis_wait.sum(), 15ms);
    EXPECT_EQ(copied.redis_wait.sum(), 15ms);
    EXPECT_EQ(others.redis_wait.sum(), 0ms);
}

}  // namespace
}  // namespace postern::identity
