#include "session/header.hpp"

#include <gtest/gtest.h>

namespace postern::session {
namespace {

TEST(HeldHeader, EndsWithTheEmptyLineHoweverTheOctetsAreCut) {
    struct Case {
        std::string message, header;
        bool complete;
    };
    const Case cases[] = {
        {"From: a\r\nTo: b\r\n\r\nbody\r\n", "From: a\r\nTo: b\r\n\r\n", true},
        {"\r\nbody\r\n", "\r\n", true},
        {"From: a\r\n\r\n", "From: a\r\n\r\n", true},
        {"From: a\r\n", "From: a\r\n", false},
        {"From: a\r\n\r\n\r\nx", "From: a\r\n\r\n", true},
        {"", "", false},
    };
    for (const auto& each : cases) {
        for (std::size_t piece = 1; piece <= each.message.size() + 1; ++piece) {
            HeldHeader header(1000);
            std::size_t taken = 0;
            for (std::size_t at = 0; at < each.message.size() && !header.complete(); at += piece)
                taken += header.take(std::string_view(each.message).substr(at, piece));
            EXPECT_EQ(header.octets(), each.header) << piece;
            EXPECT_EQ(taken, each.header.size()) << piece;
            EXPECT_EQ(header.complete(), each.complete) << piece;
            EXPECT_FALSE(header.objection());
        }
    }
}

TEST(HeldHeader, OverTheLimitIsRefusedAndNotHeld) {
    HeldHeader header(100);
    const std::string endless(10'000, 'x');
    header.take(endless);
    EXPECT_TRUE(header.too_long());
    EXPECT_LE(header.octets().size(), 101U);
    ASSERT_TRUE(header.objection());
    EXPECT_EQ(header.objection()->code, 552);
}

TEST(HeldHeader, ExactlyTheLimitIsGood) {
    HeldHeader header(11);
    EXPECT_EQ(header.take("From: a\r\n\r\nbody"), 11U);
    EXPECT_TRUE(header.complete());
    EXPECT_FALSE(header.objection());
}

}  // namespace
}  // namespace postern::session
