#include "smtp/reply_parser.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postern::smtp {

namespace {

using namespace std::string_literals;
using Status = ReplyParser::Status;

// What became of the octets: each reply's summary, then "..." for an unfinished one or "garbage".
std::string read(std::string_view octets, std::size_t piece = std::string_view::npos) {
    ReplyParser parser;
    std::string seen;
    const auto say = [&](const std::string& what) { seen += (seen.empty() ? "" : " | ") + what; };
    while (!octets.empty()) {
        std::string_view input = octets.substr(0, piece);
        const std::size_t given = input.size();
        const Status status = parser.feed(input);
        octets.remove_prefix(given - input.size());
        if (status == Status::complete) say(parser.take().summary());
        if (status == Status::incomplete && octets.empty()) say("...");
        if (status == Status::garbage) {
            say("garbage");
            break;
        }
    }
    return seen;
}

struct Case {
    std::string octets;
    std::string expected;
};

const std::vector<Case>& cases() {
    static const std::vector<Case> all{
        {"250 Ok\r\n", "250 Ok"},
        {"250 2.1.0 Ok\r\n", "250 2.1.0 Ok"},
        {"250 2.1.0\r\n", "250 2.1.0"},
        {"250\r\n", "250"},
        {"250 \r\n", "250"},
        {"250 Ok\n", "250 Ok"},
        {"250\n", "250"},
        {"220-one\r\n220 two\r\n", "220 one / two"},
        {"220-one\n220-two\r\n220\r\n", "220 one / two"},
        {"250-2.1.5 one\r\n250 2.1.5 two\r\n", "250 2.1.5 one / two"},
        {"250-2.1.5 one\r\n250 two\r\n", "250 2.1.5 one / two"},
        {"250-one\r\n250 2.1.5 two\r\n", "250 one / 2.1.5 two"},
        {"550-5.7.1 one\r\n550 5.7.26 two\r\n", "550 5.7.1 one / 5.7.26 two"},
        {"550 4.7.1 other class\r\n", "550 4.7.1 other class"},
        {"550 5.7.1x no code\r\n", "550 5.7.1x no code"},
        {"550 5.7 no code\r\n", "550 5.7 no code"},
        {"550 5.1234.1 no code\r\n", "550 5.1234.1 no code"},
        {"550 5.123.456 code\r\n", "550 5.123.456 code"},
        {"550 5..1 no code\r\n", "550 5..1 no code"},
        {"354 3.0.0 none here\r\n", "354 3.0.0 none here"},
        {"334 VXNlcm5hbWU6\r\n", "334 VXNlcm5hbWU6"},
        {"250 a\tb\x01"
         "c\x7F\r\n",
         "250 a?b?c?"},
        {"250 a\rb\r\n", "250 a?b"},
        {"250 a\0b\r\n"s, "250 a?b"},
        {"250 caf\xC3\xA9 \xE4!\r\n", "250 caf\xC3\xA9 ?!"},
        {"250 Ok\r\n354 Go\r\n", "250 Ok | 354 Go"},
        {"250 Ok\r\n250-1\r\n250 2\r\n221 Bye\r\n", "250 Ok | 250 1 / 2 | 221 Bye"},
        {"599 last\r\n", "599 last"},
        {"200 first\r\n", "200 first"},
        {"", ""},
        {"2", "..."},
        {"250", "..."},
        {"250 Ok", "..."},
        {"250 Ok\r", "..."},
        {"250-Ok\r\n", "..."},
        {"250-Ok\r\n250", "..."},
        {"\r\n", "garbage"},
        {"\n", "garbage"},
        {"25\r\n", "garbage"},
        {"2500 Ok\r\n", "garbage"},
        {"25 Ok\r\n", "garbage"},
        {"250\tOk\r\n", "garbage"},
        {"250.Ok\r\n", "garbage"},
        {"150 preliminary\r\n", "garbage"},
        {"600 beyond\r\n", "garbage"},
        {"050 zero\r\n", "garbage"},
        {" 250 Ok\r\n", "garbage"},
        {"+50 Ok\r\n", "garbage"},
        {"2x0 Ok\r\n", "garbage"},
        {"SSH-2.0-OpenSSH_9.2\r\n", "garbage"},
        {"HTTP/1.1 400 Bad Request\r\n", "garbage"},
        {"\x15\x03\x01\x00\x02\x02\x28\n"s, "garbage"},
        {"250-Ok\r\n251 other\r\n", "garbage"},
        {"250-Ok\r\n550 other\r\n", "garbage"},
        {"250-Ok\r\n\r\n250 Ok\r\n", "garbage"},
        {"250 Ok\r\nnonsense\r\n", "250 Ok | garbage"},
    };
    return all;
}

std::string repeated(std::size_t count, const std::string& text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        all += text;
    return all;
}

}  // namespace

TEST(ReplyParser, ReadsReplies) {
    for (const Case& c : cases()) {
        SCOPED_TRACE(testing::PrintToString(c.octets));
        EXPECT_EQ(read(c.octets), c.expected);
    }
}

TEST(ReplyParser, ReadsTheSameHoweverTheOctetsAreCut) {
    for (const Case& c : cases()) {
        for (std::size_t piece = 1; piece < c.octets.size(); ++piece) {
            SCOPED_TRACE(testing::PrintToString(c.octets) + " by " + std::to_string(piece));
            EXPECT_EQ(read(c.octets, piece), c.expected);
        }
    }
}

TEST(ReplyParser, TakesTheEnhancedCodeOffTheText) {
    ReplyParser parser;
    std::string_view input = "550-5.7.1 one\r\n550 5.7.1 two\r\n250 Ok\r\n";
    ASSERT_EQ(parser.feed(input), Status::complete);
    EXPECT_EQ(input, "250 Ok\r\n");
    EXPECT_EQ(parser.feed(input), Status::complete);  // not taken yet: nothing is read
    EXPECT_EQ(input, "250 Ok\r\n");
    const Reply reply = parser.take();
    EXPECT_EQ(reply.code, 550);
    EXPECT_EQ(reply.enhanced, "5.7.1");
    EXPECT_EQ(reply.lines, (std::vector<std::string>{"one", "two"}));
    ASSERT_EQ(parser.feed(input), Status::complete);
    EXPECT_EQ(parser.take(), Reply(250, "", "Ok"));
    EXPECT_EQ(parser.feed(input), Status::incomplete);
}

TEST(ReplyParser, GoesNoFurtherThanItsLimits) {
    const std::string longest = "250 " + std::string(2044, 'x');
    EXPECT_EQ(read(longest + "\r\n"), longest);
    EXPECT_EQ(read(longest + "\n"), longest);
    EXPECT_EQ(read(longest + "x\r\n"), "garbage");
    EXPECT_EQ(read(longest + "x\n"), "garbage");
    EXPECT_EQ(read(longest + "xx"), "garbage");  // without waiting for its end
    EXPECT_EQ(read(longest + "xx", 1), "garbage");

    EXPECT_TRUE(read(repeated(99, "250-x\r\n") + "250 y\r\n").ends_with("x / y"));
    const auto cut = read(repeated(100, "250-x\r\n") + "250 y\r\n");
    EXPECT_TRUE(cut.ends_with("x / x")) << "the first hundred are kept";
    EXPECT_EQ(read(repeated(999, "250-x\r\n") + "250 y\r\n"), cut);
    EXPECT_EQ(read(repeated(1000, "250-x\r\n") + "250 y\r\n"), "garbage");
}

TEST(ReplyParser, StaysWithGarbage) {
    ReplyParser parser;
    std::string_view input = "hello\r\n250 Ok\r\n";
    EXPECT_EQ(parser.feed(input), Status::garbage);
    EXPECT_EQ(parser.feed(input), Status::garbage);
}

TEST(ReplyParser, ReadsBackWhatReplyWrites) {
    Reply reply(550, "5.7.1", "one");
    reply.lines.emplace_back("two");
    reply.lines.emplace_back("");
    const std::string wire = reply.wire();
    std::string_view input = wire;
    ReplyParser parser;
    ASSERT_EQ(parser.feed(input), Status::complete);
    EXPECT_EQ(parser.take(), reply);
}

}  // namespace postern::smtp
