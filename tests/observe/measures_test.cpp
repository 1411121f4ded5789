#include "observe/measures.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace postern::observe {
namespace {

using namespace std::chrono_literals;

TEST(Histogram, WhatTookExactlyTheBoundIsStillInTheBucket) {
    struct Case {
        std::chrono::nanoseconds took;
        std::size_t bucket;
    };
    const Case cases[] = {{0ns, 0}, {-5ns, 0}, {100us, 0},      {100us + 1ns, 1}, {250us, 1},
                          {1s, 12}, {30s, 16}, {30s + 1ns, 17}, {24h, 17}};
    for (const auto& each : cases) {
        Histogram histogram;
        histogram.observe(each.took);
        const auto seen = histogram.snapshot();
        EXPECT_EQ(seen.counts.at(each.bucket), 1U) << each.took.count();
    }
}

TEST(Histogram, AddsUpWhatItHasSeen) {
    Histogram histogram;
    histogram.observe(1500ms);
    histogram.observe(250us);
    EXPECT_DOUBLE_EQ(histogram.snapshot().seconds, 1.50025);
}

TEST(Counter, LosesNothingWhenManyCountAtOnce) {
    Counter counter;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int j = 0; j < 20'000; ++j)
                counter.add();
        });
    threads.clear();
    EXPECT_EQ(counter.value(), 160'000U);
}

}  // namespace
}  // namespace postern::observe
