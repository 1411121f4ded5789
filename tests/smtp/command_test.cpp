#include "smtp/command.hpp"

#include <gtest/gtest.h>

#include "smtp/command_text.hpp"

namespace postern::smtp {

namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

struct Case {
    std::string line;
    std::string expected;
};

void expect(const std::vector<Case>& cases, const Capabilities& offered = everything()) {
    for (const Case& c : cases) {
        SCOPED_TRACE(testing::PrintToString(c.line));
        EXPECT_EQ(text_of(parse_command(c.line, offered)), c.expected);
    }
}

}  // namespace

TEST(ParseCommand, KnowsTheVerbsInAnyCase) {
    expect({
        {"EHLO client.example", "EHLO client.example"},
        {"ehlo client.example", "EHLO client.example"},
        {"HeLo client.example", "HELO client.example"},
        {"starttls", "STARTTLS"},
        {"DATA", "DATA"},
        {"rset", "RSET"},
        {"NOOP", "NOOP"},
        {"quit", "QUIT"},
        {"HELP", "HELP"},
        {"mail from:<>", "MAIL <>"},
        {"rcpt to:<postmaster>", "RCPT <postmaster>"},
        {"auth plain", "AUTH plain"},
    });
}

TEST(ParseCommand, RefusesWhatItDoesNotKnow) {
    expect({
        {"", "500 5.5.2"},
        {" ", "500 5.5.2"},
        {" EHLO client.example", "500 5.5.2"},
        {"EHL client.example", "500 5.5.2"},
        {"EHLOX client.example", "500 5.5.2"},
        {"EHLO\tclient.example", "500 5.5.2"},
        {"MAILFROM:<>", "500 5.5.2"},
        {"MAIL\0FROM:<>"s, "500 5.5.2"},
        {"DATA\0"s, "500 5.5.2"},
        {"\xFF\xFE", "500 5.5.2"},
        {"XCLIENT NAME=spoof.example ADDR=192.0.2.1", "500 5.5.2"},
        {"XFORWARD ADDR=192.0.2.1", "500 5.5.2"},
        {"BURL imap://example.org/ LAST", "500 5.5.2"},
        {"ETRN example.org", "500 5.5.2"},
        {"TURN", "500 5.5.2"},
        {"SEND FROM:<a@b.example>", "500 5.5.2"},
        {"Subject: I am no command", "500 5.5.2"},
    });
}

// RFC 3030 section 2
TEST(ParseCommand, ReadsTheSizeOfAChunk) {
    expect({
        {"BDAT 0", "BDAT 0"},
        {"bdat 86 last", "BDAT 86 last"},
        {"BDAT 18446744073709551615 LAST", "BDAT 18446744073709551615 last"},
        {"BDAT", "501 5.5.4"},
        {"BDAT LAST", "501 5.5.4"},
        {"BDAT -1", "501 5.5.4"},
        {"BDAT +1", "501 5.5.4"},
        {"BDAT 1x", "501 5.5.4"},
        {"BDAT 10 LASTX", "501 5.5.4"},
        {"BDAT 10  LAST", "501 5.5.4"},
        {"BDAT 10 20", "501 5.5.4"},
        {"BDAT 18446744073709551616", "501 5.5.4"},
    });
    EXPECT_TRUE(is_bdat_line("bdat nonsense"));
    EXPECT_FALSE(is_bdat_line("BDATA 10"));
}

TEST(ParseCommand, TakesAnyHostNameOfOneTo255Octets) {
    expect({
        {"EHLO my_pc", "EHLO my_pc"},
        {"EHLO [192.0.2.1]", "EHLO [192.0.2.1]"},
        {"EHLO two words", "EHLO two words"},
        {"EHLO   spaces.before", "EHLO spaces.before"},
        {"EHLO b\xC3\xBC"
         "cher.example",
         "EHLO b\xC3\xBC"
         "cher.example"},
        {"EHLO \xFC", "EHLO \xFC"},
        {"HELO " + std::string(255, 'a'), "HELO " + std::string(255, 'a')},
        {"HELO " + std::string(256, 'a'), "501 5.5.4"},
        {"EHLO", "501 5.5.4"},
        {"EHLO ", "501 5.5.4"},
        {"HELO    ", "501 5.5.4"},
        {"EHLO a\x01z", "501 5.5.4"},
        {"EHLO a\tb", "501 5.5.4"},
        {"EHLO a\x7F", "501 5.5.4"},
        {"EHLO a\0z"s, "501 5.5.4"},
        {"EHLO a\rb", "501 5.5.4"},
        {"EHLO a\nMAIL FROM:<>", "501 5.5.4"},
    });
}

TEST(ParseCommand, ForgivesTrailingBlanks) {
    expect({
        {"QUIT ", "QUIT"},
        {"DATA  \t ", "DATA"},
        {"STARTTLS ", "STARTTLS"},
        {"MAIL FROM:<> ", "MAIL <>"},
        {"AUTH LOGIN ", "AUTH LOGIN"},
        {"EHLO client.example\t", "EHLO client.example"},
    });
}

TEST(ParseCommand, RefusesArgumentsWhereThereAreNone) {
    expect({
        {"DATA now", "501 5.5.4"},
        {"RSET all", "501 5.5.4"},
        {"QUIT now", "501 5.5.4"},
        {"STARTTLS please", "501 5.5.4"},
    });
}

TEST(ParseCommand, TakesFreeTextWhereItIsAllowed) {
    expect({
        {"NOOP anything goes here", "NOOP"},
        {"NOOP control \x01", "501 5.5.4"},
        {"VRFY jane", "VRFY jane"},
        {"VRFY Jane Doe <jane@example.org>", "VRFY Jane Doe <jane@example.org>"},
        {"VRFY", "501 5.5.4"},
        {"VRFY ", "501 5.5.4"},
        {"EXPN staff", "EXPN staff"},
        {"EXPN", "501 5.5.4"},
        {"HELP MAIL", "HELP MAIL"},
        {"HELP \x1B[31m", "501 5.5.4"},
    });
}

TEST(ParseCommand, SplitsAuth) {
    expect({
        {"AUTH PLAIN", "AUTH PLAIN"},
        {"AUTH PLAIN =", "AUTH PLAIN [=]"},
        {"AUTH PLAIN AGphbmUAc2VjcmV0", "AUTH PLAIN [AGphbmUAc2VjcmV0]"},
        {"AUTH LOGIN amFuZQ==", "AUTH LOGIN [amFuZQ==]"},
        {"AUTH NOSUCH", "AUTH NOSUCH"},
        {"AUTH =PLAIN", "AUTH =PLAIN"},
        {"AUTH PLAIN not*base64", "AUTH PLAIN [not*base64]"},
        {"AUTH", "501 5.5.4"},
        {"AUTH ", "501 5.5.4"},
        {"AUTH  PLAIN", "501 5.5.4"},
        {"AUTH PLAIN  AGphbmU=", "501 5.5.4"},
        {"AUTH PLAIN AGph bmUA", "501 5.5.4"},
        {"AUTH PLAIN \0"s, "501 5.5.4"},
    });
}

TEST(ParseCommand, CallsItsRefusalsByName) {
    EXPECT_EQ(parse_command("FOO", {}).error().wire(), "500 5.5.2 Command not recognized\r\n");
    EXPECT_EQ(parse_command("EHLO", {}).error().wire(), "501 5.5.4 Syntax: EHLO hostname\r\n");
}

TEST(ParseCommand, ThrowsWhenNobodyLookedAtTheRefusal) {
    EXPECT_THROW((void)parse_command("FOO", {}).value(), std::logic_error);
}

TEST(LooksLikeHttp, KnowsItsMethods) {
    for (const auto* line : {"GET / HTTP/1.1", "POST /mail HTTP/1.0", "HEAD / HTTP/1.1", "get /",
                             "CONNECT mail.example:25 HTTP/1.1", "OPTIONS * HTTP/1.1", "PUT\t/x",
                             "DELETE /", "TRACE /", "PATCH /", "PRI * HTTP/2.0", "GET"})
        EXPECT_TRUE(looks_like_http(line)) << line;
    for (const auto* line : {"", " GET /", "GETTING", "EHLO get.example",
                             "MAIL FROM:<get@b.example>", "Host: example.org", "HELP", "DATA"})
        EXPECT_FALSE(looks_like_http(line)) << line;
}

TEST(CommandLineLimit, GrowsWithWhatIsOffered) {
    EXPECT_EQ(command_line_limit({}), 512U);
    Capabilities size;
    size.size = 0;
    EXPECT_EQ(command_line_limit(size), 512U + 26);
    Capabilities dsn;
    dsn.dsn = true;
    EXPECT_EQ(command_line_limit(dsn), 512U + 500);  // RCPT's is the longer one
    EXPECT_EQ(command_line_limit(everything()), 512U + 26 + 17 + 10 + 500 + 100);
}

}  // namespace postern::smtp
