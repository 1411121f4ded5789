#include <gtest/gtest.h>

#include "smtp/command.hpp"
#include "smtp/command_text.hpp"

namespace postern::smtp {

namespace {

using namespace std::string_literals;

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

TEST(ParseMail, ReadsTheReversePath) {
    expect({
        {"MAIL FROM:<>", "MAIL <>"},
        {"MAIL FROM:<jane@example.org>", "MAIL <jane@example.org>"},
        {"MAIL from:<jane@example.org>", "MAIL <jane@example.org>"},
        {"MAIL FROM: <jane@example.org>", "MAIL <jane@example.org>"},
        {"MAIL FROM:    <>", "MAIL <>"},
        {"MAIL FROM:<\"jane doe\"@example.org>", "MAIL <\"jane doe\"@example.org>"},
        {"MAIL FROM:<\"a>b\"@example.org>", "MAIL <\"a>b\"@example.org>"},
        {"MAIL FROM:<\"a\\\">b\"@example.org>", "MAIL <\"a\\\">b\"@example.org>"},
        {"MAIL FROM:<@one.example,@two.example:jane@example.org>",
         "MAIL <(route)jane@example.org>"},
        {"MAIL FROM:<jane@[192.0.2.1]>", "MAIL <jane@[192.0.2.1]>"},
    });
}

TEST(ParseMail, RefusesWhatIsNoReversePath) {
    expect({
        {"MAIL", "501 5.5.4"},
        {"MAIL ", "501 5.5.4"},
        {"MAIL FROM", "501 5.5.4"},
        {"MAIL FROM:", "501 5.5.4"},
        {"MAIL FROM: ", "501 5.5.4"},
        {"MAIL FROM :<jane@example.org>", "501 5.5.4"},
        {"MAIL  FROM:<jane@example.org>", "501 5.5.4"},
        {"MAIL TO:<jane@example.org>", "501 5.5.4"},
        {"MAIL FROM:jane@example.org", "501 5.5.4"},
        {"MAIL FROM:<jane@example.org", "501 5.5.4"},
        {"MAIL FROM:jane@example.org>", "501 5.5.4"},
        {"MAIL FROM:<<jane@example.org>>", "501 5.5.4"},
        {"MAIL FROM:< jane@example.org>", "501 5.5.4"},
        {"MAIL FROM:< >", "501 5.5.4"},
        {"MAIL FROM:<jane@example.org >", "501 5.5.4"},
        {"MAIL FROM:<jane>", "501 5.5.4"},
        {"MAIL FROM:<postmaster>", "501 5.5.4"},
        {"MAIL FROM:<@example.org>", "501 5.5.4"},
        {"MAIL FROM:<jane@>", "501 5.5.4"},
        {"MAIL FROM:<jane@example..org>", "501 5.5.4"},
        {"MAIL FROM:<a@b@example.org>", "501 5.5.4"},
        {"MAIL FROM:<\"open@example.org>", "501 5.5.4"},
        {"MAIL FROM:<\"open\\", "501 5.5.4"},
        {"MAIL FROM:<jane@example.org>x", "501 5.5.4"},
        {"MAIL FROM:<jane@example.org>SIZE=5", "501 5.5.4"},
        {"MAIL FROM:<ja\tne@example.org>", "501 5.5.4"},
        {"MAIL FROM:\t<jane@example.org>", "501 5.5.4"},
        {"MAIL FROM:<jane@example.org\0.evil.example>"s, "501 5.5.4"},
        {"MAIL FROM:<jane@example.org>\r\nRCPT TO:<x@y.example>", "501 5.5.4"},
        {"MAIL FROM:<" + std::string(65, 'a') + "@example.org>", "501 5.5.4"},
    });
}

TEST(ParseMail, ReadsItsParameters) {
    const std::string mail = "MAIL FROM:<a@b.example> ";
    expect({
        {mail + "SIZE=0", "MAIL <a@b.example> size=0"},
        {mail + "size=12345", "MAIL <a@b.example> size=12345"},
        {mail + "SIZE=18446744073709551615", "MAIL <a@b.example> size=18446744073709551615"},
        {mail + "SIZE=99999999999999999999", "MAIL <a@b.example> size=18446744073709551615"},
        {mail + "BODY=7BIT", "MAIL <a@b.example> body=7BIT"},
        {mail + "body=8bitmime", "MAIL <a@b.example> body=8BITMIME"},
        {mail + "SMTPUTF8", "MAIL <a@b.example> utf8"},
        {mail + "RET=FULL", "MAIL <a@b.example> ret=FULL"},
        {mail + "RET=hdrs", "MAIL <a@b.example> ret=hdrs"},
        {mail + "ENVID=QQ314159", "MAIL <a@b.example> envid=QQ314159"},
        {mail + "ENVID=a+2Bb+3Dc+20d", "MAIL <a@b.example> envid=a+2Bb+3Dc+20d"},
        {mail + "ENVID=" + std::string(100, 'x'),
         "MAIL <a@b.example> envid=" + std::string(100, 'x')},
        {mail + "AUTH=<>", "MAIL <a@b.example> auth"},
        {mail + "AUTH=e+3Dmc2@example.com", "MAIL <a@b.example> auth"},
        {mail + "SIZE=5 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=1 AUTH=<>",
         "MAIL <a@b.example> size=5 body=8BITMIME utf8 ret=HDRS envid=1 auth"},
        {"MAIL FROM:<> SIZE=5", "MAIL <> size=5"},
        {"MAIL FROM: <a@b.example> SIZE=5  ", "MAIL <a@b.example> size=5"},
    });
}

TEST(ParseMail, RefusesBadParameterValues) {
    const std::string mail = "MAIL FROM:<a@b.example> ";
    expect({
        {mail + "SIZE", "501 5.5.4"},
        {mail + "SIZE=", "501 5.5.4"},
        {mail + "SIZE=-1", "501 5.5.4"},
        {mail + "SIZE=+1", "501 5.5.4"},
        {mail + "SIZE=1k", "501 5.5.4"},
        {mail + "SIZE=0x10", "501 5.5.4"},
        {mail + "SIZE=1=1", "501 5.5.4"},
        {mail + "SIZE=100000000000000000000", "501 5.5.4"},
        {mail + "BODY", "501 5.5.4"},
        {mail + "BODY=BINARYMIME", "501 5.5.4"},
        {mail + "BODY=9BIT", "501 5.5.4"},
        {mail + "SMTPUTF8=yes", "501 5.5.4"},
        {mail + "RET=NONE", "501 5.5.4"},
        {mail + "RET", "501 5.5.4"},
        {mail + "ENVID", "501 5.5.4"},
        {mail + "ENVID=", "501 5.5.4"},
        {mail + "ENVID=a+2", "501 5.5.4"},
        {mail + "ENVID=a+2b", "501 5.5.4"},
        {mail + "ENVID=a+", "501 5.5.4"},
        {mail + "ENVID=a+0D+0Ab", "501 5.5.4"},
        {mail + "ENVID=+00", "501 5.5.4"},
        {mail + "ENVID=" + std::string(101, 'x'), "501 5.5.4"},
        {mail + "ENVID=\xC3\xA4", "501 5.5.4"},
        {mail + "AUTH", "501 5.5.4"},
        {mail + "AUTH=", "501 5.5.4"},
        {mail + "AUTH=a+zz", "501 5.5.4"},
        {mail + "AUTH=a+0Ab", "501 5.5.4"},
        {mail + "AUTH=" + std::string(501, 'a'), "501 5.5.4"},
        {mail + "=5", "501 5.5.4"},
        {mail + "-X=5", "501 5.5.4"},
        {mail + "X_Y=5", "501 5.5.4"},
        {mail + "SI\xC3\xA4ZE=5", "501 5.5.4"},
        {mail + " SIZE=5", "501 5.5.4"},
        {mail + "SIZE=5  BODY=7BIT", "501 5.5.4"},
    });
}

TEST(BarePath, GetsTheBracketsThatWereForgotten) {
    const std::pair<std::string, std::string> table[] = {
        {"MAIL FROM:jane@example.org", "MAIL FROM:<jane@example.org>"},
        {"mail from: jane@example.org", "mail from: <jane@example.org>"},
        {"MAIL FROM:jane@example.org SIZE=5 BODY=7BIT",
         "MAIL FROM:<jane@example.org> SIZE=5 BODY=7BIT"},
        {"RCPT TO:joe@example.org", "RCPT TO:<joe@example.org>"},
        {"RCPT TO:  joe@example.org", "RCPT TO:  <joe@example.org>"},
        {"RCPT TO:postmaster", "RCPT TO:<postmaster>"},
    };
    for (const auto& [line, expected] : table)
        EXPECT_EQ(with_brackets(line), expected);
    for (const auto* line :
         {"MAIL FROM:<jane@example.org>", "MAIL FROM: <>", "MAIL FROM:", "MAIL FROM: ", "MAIL FROM",
          "RCPT TO:<a@b.example> NOTIFY=NEVER", "RCPT FROM:a@b.example", "MAIL  FROM:a@b.example",
          "NOOP a:b", "EHLO [IPv6:::1]", "", ":", "RSET"}) {
        EXPECT_EQ(with_brackets(line), line);
    }
    // What stands in the brackets then is judged as ever.
    EXPECT_EQ(text_of(parse_command(with_brackets("RCPT TO:a@b.example>,<c@d.example"), {})),
              "501 5.5.4");
    EXPECT_EQ(text_of(parse_command(with_brackets("MAIL FROM:\"a b\"@c.example"), {})),
              "501 5.5.4");
}

TEST(ParseMail, RefusesAParameterGivenTwice) {
    const std::string mail = "MAIL FROM:<a@b.example> ";
    expect({
        {mail + "SIZE=5 SIZE=5", "501 5.5.4"},
        {mail + "SIZE=5 BODY=7BIT size=6", "501 5.5.4"},
        {mail + "SMTPUTF8 SMTPUTF8", "501 5.5.4"},
        {mail + "AUTH=<> AUTH=<>", "501 5.5.4"},
        {"RCPT TO:<a@b.example> NOTIFY=NEVER NOTIFY=DELAY", "501 5.5.4"},
    });
}

TEST(ParseMail, DoesNotKnowParametersThatAreNotOffered) {
    const std::string mail = "MAIL FROM:<a@b.example> ";
    for (const auto* parameter :
         {"SIZE=5", "BODY=7BIT", "BODY=8BITMIME", "SMTPUTF8", "RET=FULL", "ENVID=x"})
        EXPECT_EQ(text_of(parse_command(mail + parameter, {})), "555 5.5.4") << parameter;
    EXPECT_TRUE(parse_command(mail + "AUTH=<>", {})) << "AUTH is not listed behind AUTH";
    expect({
        {mail + "FOO", "555 5.5.4"},
        {mail + "FOO=bar", "555 5.5.4"},
        {mail + "XVERP", "555 5.5.4"},
        {mail + "BY=120;R", "555 5.5.4"},
        {mail + "REQUIRETLS", "555 5.5.4"},
        {mail + "NOTIFY=NEVER", "555 5.5.4"},
        {mail + "SIZE=5 " + std::string(2000, 'X'), "555 5.5.4"},
    });
    EXPECT_EQ(parse_command(mail + "FOO=bar", {}).error().lines.at(0), "Unsupported parameter FOO");
}

TEST(ParseMail, NeedsSmtputf8ForAnAddressBeyondAscii) {
    expect({
        {"MAIL FROM:<j\xC3\xA4ne@example.org>", "553 5.6.7"},
        {"MAIL FROM:<jane@b\xC3\xBC"
         "cher.example>",
         "553 5.6.7"},
        {"MAIL FROM:<j\xC3\xA4ne@example.org> SIZE=5", "553 5.6.7"},
        {"MAIL FROM:<j\xE4ne@example.org>", "553 5.6.7"},
        {"MAIL FROM:<j\xC3\xA4ne@example.org> SMTPUTF8", "MAIL <j\xC3\xA4ne@example.org> utf8"},
        {"MAIL FROM:<jane@b\xC3\xBC"
         "cher.example> SMTPUTF8",
         "MAIL <jane@xn--bcher-kva.example> utf8"},
        {"MAIL FROM:<j\xE4ne@example.org> SMTPUTF8", "501 5.5.4"},
        {"MAIL FROM:<j\xC0\xA4ne@example.org> SMTPUTF8", "501 5.5.4"},
        {"MAIL FROM:<jane@example.org> SMTPUTF8", "MAIL <jane@example.org> utf8"},
    });
}

TEST(ParseRcpt, ReadsTheForwardPath) {
    expect({
        {"RCPT TO:<bob@example.net>", "RCPT <bob@example.net>"},
        {"rcpt to: <bob@example.net>", "RCPT <bob@example.net>"},
        {"RCPT TO:<postmaster>", "RCPT <postmaster>"},
        {"RCPT TO:<PostMaster>", "RCPT <postmaster>"},
        {"RCPT TO:<@hop.example:bob@example.net>", "RCPT <(route)bob@example.net>"},
        {"RCPT TO:<bob%other.example@example.net>", "RCPT <bob%other.example@example.net>"},
        {"RCPT TO:<other.example!bob@example.net>", "RCPT <other.example!bob@example.net>"},
        {"RCPT TO:<\"bob@other.example\"@example.net>", "RCPT <\"bob@other.example\"@example.net>"},
    });
}

TEST(ParseRcpt, RefusesWhatIsNoForwardPath) {
    expect({
        {"RCPT", "501 5.5.4"},
        {"RCPT TO:", "501 5.5.4"},
        {"RCPT TO:<>", "501 5.5.4"},
        {"RCPT TO:<bob>", "501 5.5.4"},
        {"RCPT TO:bob@example.net", "501 5.5.4"},
        {"RCPT FROM:<bob@example.net>", "501 5.5.4"},
        {"RCPT TO:<bob@example.net>,<eve@example.net>", "501 5.5.4"},
        {"RCPT TO:<bob@example.net> <eve@example.net>", "501 5.5.4"},
        {"RCPT TO:<@hop.example:>", "501 5.5.4"},
        {"RCPT TO:<bob@example.net\x7F>", "501 5.5.4"},
    });
}

TEST(ParseRcpt, ReadsItsParameters) {
    const std::string rcpt = "RCPT TO:<a@b.example> ";
    const std::string seen = "RCPT <a@b.example>";
    expect({
        {rcpt + "NOTIFY=NEVER", seen + " notify=NEVER"},
        {rcpt + "NOTIFY=SUCCESS,FAILURE,DELAY", seen + " notify=SUCCESS,FAILURE,DELAY"},
        {rcpt + "notify=delay", seen + " notify=delay"},
        {rcpt + "ORCPT=rfc822;bob@example.net", seen + " orcpt=rfc822;bob@example.net"},
        {rcpt + "ORCPT=rfc822;bob+2Btag@example.net", seen + " orcpt=rfc822;bob+2Btag@example.net"},
        {rcpt + "ORCPT=x400;a;b", seen + " orcpt=x400;a;b"},
        {rcpt + "ORCPT=rfc822;" + std::string(500, 'x'),
         seen + " orcpt=rfc822;" + std::string(500, 'x')},
        {rcpt + "ORCPT=utf-8;j\\x{E4}ne@example.org", seen + " orcpt=utf-8;j\\x{E4}ne@example.org"},
        {rcpt + "ORCPT=UTF-8;j\xC3\xA4ne@example.org",
         seen + " orcpt=UTF-8;j\xC3\xA4ne@example.org"},
        {rcpt + "ORCPT=rfc822;a NOTIFY=NEVER", seen + " notify=NEVER orcpt=rfc822;a"},
    });
}

TEST(ParseRcpt, RefusesBadParameters) {
    const std::string rcpt = "RCPT TO:<a@b.example> ";
    expect({
        {rcpt + "NOTIFY", "501 5.5.4"},
        {rcpt + "NOTIFY=", "501 5.5.4"},
        {rcpt + "NOTIFY=ALWAYS", "501 5.5.4"},
        {rcpt + "NOTIFY=NEVER,DELAY", "501 5.5.4"},
        {rcpt + "NOTIFY=DELAY,NEVER", "501 5.5.4"},
        {rcpt + "NOTIFY=DELAY,", "501 5.5.4"},
        {rcpt + "NOTIFY=,DELAY", "501 5.5.4"},
        {rcpt + "NOTIFY=DELAY,,SUCCESS", "501 5.5.4"},
        {rcpt + "ORCPT", "501 5.5.4"},
        {rcpt + "ORCPT=rfc822", "501 5.5.4"},
        {rcpt + "ORCPT=rfc822;", "501 5.5.4"},
        {rcpt + "ORCPT=;bob@example.net", "501 5.5.4"},
        {rcpt + "ORCPT=rfc 822;bob@example.net", "501 5.5.4"},
        {rcpt + "ORCPT=rfc<822;bob@example.net", "501 5.5.4"},
        {rcpt + "ORCPT=rfc822;bob+0D+0A@example.net", "501 5.5.4"},
        {rcpt + "ORCPT=rfc822;bob+@example.net", "501 5.5.4"},
        {rcpt + "ORCPT=rfc822;b\xC3\xA4r@example.net", "501 5.5.4"},
        {rcpt + "ORCPT=utf-8;b\xE4r@example.net", "501 5.5.4"},
        {rcpt + "ORCPT=rfc822;" + std::string(501, 'x'), "501 5.5.4"},
        {rcpt + "SIZE=5", "555 5.5.4"},
        {rcpt + "SMTPUTF8", "555 5.5.4"},
        {rcpt + "FOO", "555 5.5.4"},
    });
    EXPECT_EQ(text_of(parse_command(rcpt + "NOTIFY=NEVER", {})), "555 5.5.4");
    EXPECT_EQ(text_of(parse_command(rcpt + "ORCPT=rfc822;a", {})), "555 5.5.4");
}

TEST(ParseRcpt, NeedsSmtputf8OfferedForAnAddressBeyondAscii) {
    const std::string line = "RCPT TO:<j\xC3\xA4ne@example.org>";
    EXPECT_EQ(text_of(parse_command(line, everything())), "RCPT <j\xC3\xA4ne@example.org>");
    EXPECT_EQ(text_of(parse_command(line, {})), "553 5.6.7");
}

}  // namespace postern::smtp
