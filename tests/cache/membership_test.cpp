#include "cache/membership.hpp"

#include <gtest/gtest.h>

namespace postern::cache {
namespace {

TEST(Membership, TheListIsReadAsItWasWritten) {
    for (const auto& ids : {std::vector<std::string>(), std::vector<std::string>{"a"},
                            std::vector<std::string>{"aaaa", "b", std::string(64, 'c')}})
        EXPECT_EQ(decode_members(encode_members(ids)), ids);
}

TEST(Membership, WhatIsCutExtendedOrOfAnotherKindIsNoList) {
    const auto octets = encode_members({"aaaa", "bbbb"});
    for (std::size_t size = 0; size < octets.size(); ++size)
        EXPECT_FALSE(decode_members(octets.substr(0, size))) << size;
    EXPECT_FALSE(decode_members(octets + "x"));
    for (const std::size_t place : {0U, 1U}) {
        auto other = octets;
        ++other[place];
        EXPECT_FALSE(decode_members(other));
    }
}

TEST(Membership, NobodyWithoutAnIdOrWithTooLongAnOneIsListed) {
    EXPECT_FALSE(decode_members(encode_members({""})));
    EXPECT_FALSE(decode_members(encode_members({std::string(65, 'c')})));
    EXPECT_FALSE(decode_members(encode_members(std::vector<std::string>(1001, "a"))));
    EXPECT_TRUE(decode_members(encode_members(std::vector<std::string>(1000, "a"))));
}

}  // namespace
}  // namespace postern::cache
