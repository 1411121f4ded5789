#include "policy/recipient.hpp"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

TEST(Recipient, WhatAnMtaMayReadAsARouteIsNeverRelayedForAStranger) {
    struct Case {
        const char* inside;
        bool rerouted;
    };
    const Case cases[] = {
        {"jane@example.org", false},
        {"jane+tag@example.org", false},
        {"\"jane doe\"@example.org", false},
        {"victim%other.example@example.org", true},
        {"other.example!victim@example.org", true},
        {"\"victim@other.example\"@example.org", true},
        {"\"victim%other.example\"@example.org", true},
        {"\"a:b\"@example.org", true},
        {"@example.org:victim@other.example", true},
        {"@other.example:jane@example.org", true},
    };
    for (const auto& each : cases) {
        const auto path = address::parse_path(each.inside);
        ASSERT_TRUE(path) << each.inside;
        EXPECT_EQ(may_be_rerouted(*path), each.rerouted) << each.inside;
    }
}

}  // namespace
}  // namespace postern::policy
