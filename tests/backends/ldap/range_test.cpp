#include "ldap/range.hpp"

#include <gtest/gtest.h>

namespace postern::ldap {
namespace {

TEST(Range, IsAPortionOfAnAttributesValues) {
    struct Case {
        const char* description;
        Range range;
        std::optional<std::string> next;
    };
    const Case cases[] = {
        {"member;range=0-1499", {"member", 0, 1499}, "member;range=1500-*"},
        {"member;Range=1500-2999", {"member", 1500, 2999}, "member;range=3000-*"},
        {"member;range=3000-*", {"member", 3000, std::nullopt}, std::nullopt},
        {"member;range=0-0", {"member", 0, 0}, "member;range=1-*"},
        {"2.5.4.31;range=0-9", {"2.5.4.31", 0, 9}, "2.5.4.31;range=10-*"},
        {"member;binary;range=0-9", {"member;binary", 0, 9}, "member;binary;range=10-*"},
        {"m;range=0-4294967295", {"m", 0, 4294967295}, std::nullopt},
    };
    for (const auto& [description, range, next] : cases) {
        EXPECT_EQ(parse_range(description), range) << description;
        EXPECT_EQ(next_range(range), next) << description;
    }
}

TEST(Range, OtherDescriptionsAreNone) {
    for (const char* description : {"",
                                    "member",
                                    ";range=0-1",
                                    "member;range=",
                                    "member;range=-",
                                    "member;range=0",
                                    "member;range=0-",
                                    "member;range=-1",
                                    "member;range=*-1",
                                    "member;range=2-1",
                                    "member;range=0-1 ",
                                    "member;range= 0-1",
                                    "member;range=+0-1",
                                    "member;range=0--1",
                                    "member;range=0-1;binary",
                                    "member;range=0-4294967296",
                                    "member;binary",
                                    "member;range0-1",
                                    "mem ber;range=0-1",
                                    "member;;range=0-1",
                                    "member;range=a-b"})
        EXPECT_EQ(parse_range(description), std::nullopt) << description;
}

}  // namespace
}  // namespace postern::ldap
