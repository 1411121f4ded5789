#include "net/backoff.hpp"

#include <gtest/gtest.h>

namespace postern::net {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToItsMostSpreadByAQuarter) {
    for (int run = 0; run < 100; ++run) {
        Backoff backoff(100ms, 1s);
        for (const auto middle : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms, 1000ms}) {
            const auto wait = backoff.next();
            EXPECT_GE(wait, middle * 3 / 4);
            EXPECT_LE(wait, middle * 5 / 4);
        }
    }
}

TEST(Backoff, IsSpread) {
    Backoff backoff(10s, 10s);
    const auto first = backoff.next();
    bool differs = false;
    for (int i = 0; i < 20; ++i)
        differs |= backoff.next() != first;
    EXPECT_TRUE(differs);
}

TEST(Backoff, StartsAgainAfterReset) {
    Backoff backoff(100ms, 1h);
    for (int i = 0; i < 100; ++i)
        EXPECT_LE(backoff.next(), 75min);
    backoff.reset();
    EXPECT_LE(backoff.next(), 125ms);
}

TEST(Backoff, FirstMayExceedMost) {
    Backoff backoff(1s, 100ms);
    EXPECT_LE(backoff.next(), 125ms);
    EXPECT_LE(backoff.next(), 125ms);
}

}  // namespace
}  // namespace postern::net
