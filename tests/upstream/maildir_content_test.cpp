#include "upstream/maildir_content.hpp"

#include <gtest/gtest.h>

namespace postern::upstream {
namespace {

struct Case {
    std::string wire, expected;
};

const Case cases[] = {
    {"", ""},
    {"a\r\nb\r\n", "a\nb\n"},
    {"..\r\n", ".\n"},
    {"...\r\n", "..\n"},
    {"a..b\r\n", "a..b\n"},
    {".a\r\n..b\r\n", "a\n.b\n"},
    {"\r\n\r\n", "\n\n"},
    {"a\r\n.\r\r\n", "a\n\r\n"},
    // Only CRLF ends a line, so only behind one is a dot stuffed.
    {"a\n.b\r\n", "a\n.b\n"},
    {"a\r.b\r\n", "a\r.b\n"},
    {"a\r\r\n", "a\r\n"},
    {"a\r\r\n..b\r\n", "a\r\n.b\n"},
    {std::string("a\0b\xFF\r\n", 6), std::string("a\0b\xFF\n", 5)},
};

TEST(MaildirContent, UndoesDotStuffingAndEndsLinesWithLf) {
    for (const auto& each : cases) {
        std::string out;
        MaildirContent().append(each.wire, out);
        EXPECT_EQ(out, each.expected) << testing::PrintToString(each.wire);
    }
}

TEST(MaildirContent, ItDoesNotMatterHowTheOctetsAreCut) {
    for (const auto& each : cases) {
        for (std::size_t cut = 0; cut <= each.wire.size(); ++cut) {
            std::string out;
            MaildirContent content;
            content.append(std::string_view(each.wire).substr(0, cut), out);
            content.append(std::string_view(each.wire).substr(cut), out);
            EXPECT_EQ(out, each.expected) << testing::PrintToString(each.wire) << " at " << cut;
        }
    }
}

}  // namespace
}  // namespace postern::upstream
