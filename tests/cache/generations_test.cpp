#include "cache/generations.hpp"

#include <gtest/gtest.h>

namespace postern::cache {
namespace {

TEST(Generations, ALowerOneThanSeenIsAMiss) {
    Generations generations(10);
    struct Case {
        const char* record;
        Generation generation;
        bool expected;
    };
    for (const auto& [record, generation, expected] : {
             Case{"a", 5, true},
             Case{"a", 5, true},
             Case{"a", 4, false},
             Case{"b", 4, true},
             Case{"a", 7, true},
             Case{"a", 5, false},
         })
        EXPECT_EQ(generations.accepts(record, generation), expected) << record << generation;
    EXPECT_EQ(generations.highest("a"), 7U);
    EXPECT_EQ(generations.highest("c"), 0U);
}

TEST(Generations, ForgetsWhatWasNotSeenForLongest) {
    Generations generations(2);
    generations.accepts("a", 5);
    generations.accepts("b", 5);
    generations.accepts("a", 5);
    generations.accepts("c", 5);
    EXPECT_EQ(generations.size(), 2U);
    EXPECT_FALSE(generations.accepts("a", 4));
    EXPECT_TRUE(generations.accepts("b", 4));
}

}  // namespace
}  // namespace postern::cache
