#include "smtp/capabilities.hpp"

#include <gtest/gtest.h>

#include "smtp/command_text.hpp"

namespace postern::smtp {

namespace {

Capabilities read(std::vector<std::string> lines) {
    Reply reply(250, "", "mail.example");
    reply.lines.insert(reply.lines.end(), lines.begin(), lines.end());
    return parse_ehlo(reply);
}

Capabilities sized(std::optional<std::uint64_t> size) {
    Capabilities capabilities;
    capabilities.size = size;
    return capabilities;
}

}  // namespace

TEST(ParseEhlo, KnowsTheKeywordsInAnyCase) {
    const Capabilities offered =
        read({"PIPELINING", "size 50000000", "StartTLS", "AUTH PLAIN LOGIN", "ENHANCEDSTATUSCODES",
              "8bitmime", "DSN", "SMTPUTF8", "chunking"});
    EXPECT_EQ(offered, everything());
}

TEST(ParseEhlo, IgnoresTheGreetingAndWhatItDoesNotKnow) {
    Reply reply(250, "", "PIPELINING");
    reply.lines.insert(reply.lines.end(), {"", "VRFY", "ETRN", "X-PIPELINING", "8BIT"});
    EXPECT_EQ(parse_ehlo(reply), Capabilities());
    EXPECT_EQ(parse_ehlo(Reply()), Capabilities());
}

TEST(ParseEhlo, ReadsSize) {
    const std::pair<std::string, std::optional<std::uint64_t>> cases[] = {
        {"SIZE", 0},
        {"SIZE 0", 0},
        {"SIZE 35882577", 35882577},
        {"SIZE  10  20", 10},
        {"SIZE 18446744073709551615", 18446744073709551615U},
        {"SIZE 99999999999999999999", 0},
        {"SIZE -1", 0},
        {"SIZE 10k", 0},
        {"SIZE=10", std::nullopt},
        {"SIZES 10", std::nullopt},
    };
    for (const auto& [line, size] : cases)
        EXPECT_EQ(read({line}).size, size) << line;
}

TEST(ParseEhlo, ReadsMechanismsAndAttributesOnce) {
    const Capabilities offered = read({"AUTH plain Login", "AUTH=LOGIN SCRAM-SHA-256", "AUTH",
                                       "XCLIENT NAME ADDR PORT LOGIN name"});
    EXPECT_EQ(offered.auth, (std::vector<std::string>{"PLAIN", "LOGIN", "SCRAM-SHA-256"}));
    EXPECT_EQ(offered.xclient, (std::vector<std::string>{"NAME", "ADDR", "PORT", "LOGIN"}));
}

TEST(ParseEhlo, KeepsAHostileListShortAndClean) {
    std::string line = "AUTH bad;name \xC3\xA4 " + std::string(21, 'X');
    for (int i = 0; i < 500; ++i)
        line += " M" + std::to_string(i);
    const Capabilities offered = read({line, line});
    EXPECT_EQ(offered.auth.size(), 64U);
    EXPECT_EQ(offered.auth.front(), "M0");
}

TEST(Intersection, PromisesWhatBothHave) {
    Capabilities nothing_but_size;
    nothing_but_size.size = everything().size;
    EXPECT_EQ(intersection(everything(), {}), nothing_but_size)
        << "who says nothing limits nothing";
    Capabilities expected = everything();
    expected.starttls = false;
    expected.auth.clear();
    EXPECT_EQ(intersection(everything(), everything()), expected);

    Capabilities left;
    left.pipelining = left.dsn = left.smtputf8 = true;
    Capabilities right;
    right.pipelining = right.eight_bit_mime = right.enhanced_status_codes = true;
    Capabilities both;
    both.pipelining = true;
    EXPECT_EQ(intersection(left, right), both);
}

TEST(Intersection, TakesTheSmallerSize) {
    struct Case {
        std::optional<std::uint64_t> left, right, both;
    };
    const Case cases[] = {
        {std::nullopt, std::nullopt, std::nullopt},
        {std::nullopt, 10, 10},
        {0, std::nullopt, 0},
        {0, 0, 0},
        {0, 10, 10},  // 0 limits nothing
        {10, 20, 10},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(intersection(sized(c.left), sized(c.right)).size, c.both);
        EXPECT_EQ(intersection(sized(c.right), sized(c.left)).size, c.both);
    }
}

TEST(EhloReply, ListsWhatIsOffered) {
    EXPECT_EQ(ehlo_reply("mail.example", {}).wire(), "250 mail.example\r\n");
    EXPECT_EQ(ehlo_reply("mail.example", everything()).wire(),
              "250-mail.example\r\n"
              "250-PIPELINING\r\n"
              "250-SIZE 50000000\r\n"
              "250-STARTTLS\r\n"
              "250-AUTH PLAIN LOGIN\r\n"
              "250-ENHANCEDSTATUSCODES\r\n"
              "250-8BITMIME\r\n"
              "250-DSN\r\n"
              "250-SMTPUTF8\r\n"
              "250 CHUNKING\r\n");
    EXPECT_EQ(ehlo_reply("x", sized(0)).lines.at(1), "SIZE");
}

TEST(EhloReply, IsReadBackAsTheSame) {
    Capabilities all = everything();
    all.xclient = {"NAME", "ADDR", "LOGIN"};
    for (const Capabilities& offered : {all, Capabilities(), sized(0), sized(5)})
        EXPECT_EQ(parse_ehlo(ehlo_reply("mail.example", offered)), offered);
}

}  // namespace postern::smtp
