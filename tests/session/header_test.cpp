#include "session/header.hpp"

#include <gtest/gtest.h>

namespace postern::session {
namespace {

TEST(HeldHeader, EndsWithTheEmptyLineHoweverTheOctetsAreCut) {
    struct Case {
        std::string message, header;
        bool settled;
    };
    const Case cases[] = {
        {"From: a\r\nTo: b\r\n\r\nbody\r\n", "From: a\r\nTo: b\r\n\r\n", true},
        {"\r\nbody\r\n", "\r\n", true},
        {"Subject: a\r\n\r\n", "Subject: a\r\n\r\n", true},
        {"Subject: a\r\n", "Subject: a\r\n", false},
        {"Subject: a\r\n\r\n\r\nx", "Subject: a\r\n\r\n", true},
        {"", "", false},
    };
    for (const auto& each : cases) {
        for (std::size_t piece = 1; piece <= each.message.size() + 1; ++piece) {
            HeldHeader header(1000, false);
            std::size_t taken = 0;
            for (std::size_t at = 0; at < each.message.size() && !header.settled(); at += piece)
                taken += header.take(std::string_view(each.message).substr(at, piece));
            if (header.refusal()) continue;  // "From: a": what was held does not matter
            EXPECT_EQ(header.octets(), each.header) << piece;
            EXPECT_EQ(taken, each.header.size()) << piece;
            EXPECT_EQ(header.settled(), each.settled) << piece;
        }
    }
}

TEST(HeldHeader, OverTheLimitIsSettledAndNotHeld) {
    HeldHeader header(100, false);
    for (int i = 0; i < 100; ++i)
        header.take("Subject: xxxxxxxxxxxxxxxxxxxxxxxxx\r\n");
    EXPECT_TRUE(header.too_long());
    EXPECT_TRUE(header.settled());
    EXPECT_EQ(header.take("x"), 0U);
    EXPECT_EQ(header.octets().size(), 101U);
}

}  // namespace
}  // namespace postern::session
