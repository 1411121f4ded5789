#include "smtp/address_field.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace postern::smtp {

namespace {

using namespace std::string_literals;
using Error = AddressFieldError;

// The mailboxes in their normal form with blanks between them, or why there are none.
std::string read(std::string_view body, bool smtputf8 = false) {
    const auto mailboxes = parse_address_field(body, smtputf8);
    if (!mailboxes) return to_string(mailboxes.error());
    std::string text;
    for (const auto& each : *mailboxes) {
        const auto again = parse_address_field(each.text, smtputf8);
        EXPECT_TRUE(again && again->size() == 1 && again->front() == each) << body;
        text += (text.empty() ? "" : " ") + each.mailbox.text();
    }
    return text;
}

using Table = std::vector<std::pair<std::string, std::string>>;

void expect_mailboxes(const Table& table, bool smtputf8 = false) {
    for (const auto& [body, expected] : table)
        EXPECT_EQ(read(body, smtputf8), expected) << testing::PrintToString(body);
}

void expect_error(Error error, const std::vector<std::string>& table, bool smtputf8 = false) {
    for (const auto& body : table)
        EXPECT_EQ(read(body, smtputf8), to_string(error)) << testing::PrintToString(body);
}

TEST(AddressField, HasTheMailboxesOfTheRfcsExamples) {
    expect_mailboxes({
        // RFC 5322 appendix A.1
        {"John Doe <jdoe@machine.example>", "jdoe@machine.example"},
        {"\"Joe Q. Public\" <john.q.public@example.com>", "john.q.public@example.com"},
        {"Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
         "mary@x.test jdoe@example.org one@y.test"},
        {"<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
         "boss@nil.test sysservices@example.net"},
        {"Pete <pete@silly.example>", "pete@silly.example"},
        {"A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
         "c@a.test joe@where.test jdoe@one.test"},
        // A.5, without the address in a comment
        {"Pete(A nice \\) chap) <pete(his account)@silly.test>", "pete@silly.test"},
        // RFC 2047 section 8
        {"=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "moore@cs.utk.edu"},
        {"=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>", "keld@dkuug.dk"},
        {"Nathaniel Borenstein <nsb@thumper.bellcore.com> (=?iso-8859-8?b?7eXs+SDv4SDs8Oj08A==?=)",
         "nsb@thumper.bellcore.com"},
    });
}

TEST(AddressField, MayHaveBlanksAndCommentsBetweenItsWords) {
    expect_mailboxes({
        {" jane@x.test ", "jane@x.test"},
        {"\tjane@x.test\t", "jane@x.test"},
        {"jane @ x.test", "jane@x.test"},
        {"(a)jane(b)@(c)x.test(d)", "jane@x.test"},
        {"< jane@x.test >", "jane@x.test"},
        {"Jane<jane@x.test>", "jane@x.test"},
        {"\"Jane\"\"Doe\"<jane@x.test>", "jane@x.test"},
        {"Jane (Sales (North)) <jane@x.test> (at work)", "jane@x.test"},
        {"(()) jane@x.test (\\() (\")", "jane@x.test"},
        {"a : jane@x.test , joe@x.test ;", "jane@x.test joe@x.test"},
        {"a: jane@x.test;, b:;, joe@x.test", "jane@x.test joe@x.test"},
        {"(((((((()))))))) jane@x.test", "jane@x.test"},
    });
    expect_error(Error::comment_too_deep, {"((((((((())))))))) jane@x.test"});
}

TEST(AddressField, MayBeFoldedWhereItHasBlanks) {
    expect_mailboxes({
        {"\r\n jane@x.test", "jane@x.test"},
        {" Jane\r\n\tDoe\r\n <jane@x.test>\r\n ", "jane@x.test"},
        {"\"Doe,\r\n Jane\" <jane@x.test>", "jane@x.test"},
        {"(a\r\n b) jane@x.test", "jane@x.test"},
        {"jane\r\n @x.test", "jane@x.test"},
        {"=?utf-8?Q?a?=\r\n =?utf-8?Q?b?= <jane@x.test>", "jane@x.test"},
        {"\"jane\r\n doe\"@x.test", "\"jane doe\"@x.test"},
    });
    expect_error(Error::syntax,
                 {"jane@x\r\n .test", "ja\r\n ne@x.test", "jane@x.test\r\n joe@x.test"});
    expect_error(Error::not_text, {"jane@x.test\r\n", "jane\r\n@x.test", "\r\njane@x.test",
                                   "jane@x.test\r\n\r\n ", "jane@x.test\n ", "jane@x.test\r "});
}

TEST(AddressField, MayHaveAnyDisplayName) {
    expect_mailboxes({
        {"Jane Q. Doe <jane@x.test>", "jane@x.test"},
        {"J.. <jane@x.test>", "jane@x.test"},
        {"\"\" <jane@x.test>", "jane@x.test"},
        {"\"Doe, Jane\" <jane@x.test>", "jane@x.test"},
        {"\"a\\\\b\\\"c\" <jane@x.test>", "jane@x.test"},
        {"\"(\" <jane@x.test>", "jane@x.test"},
        {"\"jane@x.test\" <jane@x.test>", "jane@x.test"},
        {"\"'jane@x.test'\" <jane@x.test>", "jane@x.test"},
        {"\"Doe, Jane (jane@x.test)\" <jane@x.test>", "jane@x.test"},
        {"jane@x.test (JANE@X.TEST)", "jane@x.test"},
        {"\"joe@y.test via Helpdesk\" <jane@x.test>", "jane@x.test"},
        {"=?utf-8?Q?Doe=2C_Jane_=28Sales=29?= <jane@x.test>", "jane@x.test"},
        {"=?utf-8?Q?jane=40x.test?= <jane@x.test>", "jane@x.test"},
        {"=?utf-8?Q?Jane_=28jane=40x.test=29?= <jane@x.test>", "jane@x.test"},
        {"=?utf-8?Q?=22Jane=22_Doe?= <jane@x.test>", "jane@x.test"},
        {"\"A <-> B\" <jane@x.test>", "jane@x.test"},
    });
}

TEST(AddressField, KeepsAMailboxAsItWasWritten) {
    const auto mailboxes =
        parse_address_field("Jane <\"Jane\" (x) @ X.Test>, Joe.Roe@[IPv6:2001:DB8:0::1]", false);
    ASSERT_TRUE(mailboxes && mailboxes->size() == 2);
    EXPECT_EQ((*mailboxes)[0].text, "\"Jane\"@X.Test");
    EXPECT_EQ((*mailboxes)[0].mailbox, (address::Mailbox{"Jane", "x.test"}));
    EXPECT_EQ((*mailboxes)[1].text, "Joe.Roe@[IPv6:2001:DB8:0::1]");
    EXPECT_EQ((*mailboxes)[1].mailbox, (address::Mailbox{"Joe.Roe", "[IPv6:2001:db8::1]"}));
}

TEST(AddressField, IsUtf8OnlyWithSmtputf8) {
    const Table table = {
        {"Jan\u00e9 <jane@x.test>", "jane@x.test"},
        {"jan\u00e9@x.test", "jan\u00e9@x.test"},
        {"jane@b\u00fccher.example", "jane@xn--bcher-kva.example"},
        {"\"\u5c71\u7530\" (\u592a\u90ce) <\"\u5c71 \u7530\"@x.test>", "\"\u5c71 \u7530\"@x.test"},
    };
    expect_mailboxes(table, true);
    for (const auto& [body, mailboxes] : table)
        expect_error(Error::eight_bit, {body});
    for (const bool smtputf8 : {false, true}) {
        expect_error(Error::not_text,
                     {"J\xE9 <jane@x.test>", "jane\xC0\x80@x.test", "\xEF\xBB", "jane@x.test \x7F",
                      "jane@x.test\0"s, "jane@x.test\r", "\"a\nb\" <jane@x.test>",
                      "\x1B jane@x.test", "Jane\u0085 <jane@x.test>", "Jane\u2028 <jane@x.test>"},
                     smtputf8);
    }
}

TEST(AddressField, HasAtLeastOneMailbox) {
    expect_error(Error::no_mailbox, {"", " ", "\t", "(jane)", "a:;", "a: ;", "a:(b);", "a:;, b:;"});
}

TEST(AddressField, ParsesAsAWholeOrNotAtAll) {
    expect_error(Error::syntax, {
                                    "<>",
                                    "<",
                                    ">",
                                    "@",
                                    "@x.test",
                                    "jane@",
                                    "jane@(x.test)",
                                    "jane@x.test joe@x.test",
                                    "jane@x.test <joe@x.test>",
                                    "Jane <jane@x.test> Doe",
                                    "<jane@x.test> <joe@x.test>",
                                    "<jane@x.test",
                                    "<jane@x.test>>",
                                    "<<jane@x.test>>",
                                    "jane@x.test>",
                                    "Jane <jane@x.test, joe@x.test>",
                                    "jane@@x.test",
                                    "jane@x.test@y.test",
                                    "jane@x.test.",
                                    "jane@.x.test",
                                    "jane@x..test",
                                    "jane@x_y.test",
                                    ".jane@x.test",
                                    "jane.@x.test",
                                    "ja ne@x.test",
                                    "jane(a)doe@x.test",
                                    "\"jane@x.test",
                                    "\"jane\"doe@x.test",
                                    "\"jane\".\"doe\"@x.test",
                                    "\"jane\\",
                                    "jane@[x.test]",
                                    "jane@[192.0.2.1",
                                    "jane@[192.0.2.1]x",
                                    "jane@[ 192.0.2.1 ]",
                                    "(jane@x.test",
                                    "jane@x.test)",
                                    "(a\\) jane@x.test",
                                    "jane\\@x.test",
                                    "[jane@x.test]",
                                    ". <jane@x.test>",
                                    ".a <jane@x.test>",
                                    "mailto:jane@x.test",
                                    "a:b:jane@x.test;;",
                                    "a:jane@x.test",
                                    "a:jane@x.test,",
                                    "a:jane@x.test;b",
                                    ":jane@x.test;",
                                    "jane@x.test;",
                                    "jane@x.test; joe@x.test",
                                });
}

TEST(AddressField, HasNoneOfTheFormsThatReadersDoNotAgreeOn) {
    // RFC 5322 4.4
    expect_error(Error::source_route, {"<@a.test:jane@x.test>", "<@a.test,@b.test:jane@x.test>",
                                       "Jane < (x) @a.test:jane@x.test>"});
    expect_error(Error::syntax,
                 {"jane . doe@x.test", "jane.(a)doe@x.test", "jane@x . test", "jane@x.(a)test",
                  ",jane@x.test", "jane@x.test,", "jane@x.test,,joe@x.test", "a:,jane@x.test;"});
}

TEST(AddressField, HasADomainInEveryMailbox) {
    expect_error(Error::no_domain,
                 {"jane", "\"jane\"", "Jane Doe", "<jane>", "Jane <jane>", "jane@x.test, joe",
                  "joe, jane@x.test", "a:jane;", "jane; joe@x.test", "=?utf-8?Q?jane?="});
}

TEST(AddressField, HasNoEncodedWordInAnAddress) {
    expect_error(Error::encoded_address,
                 {"=?utf-8?Q?jane?=@x.test", "<=?utf-8?Q?jane?=@x.test>", "jane=?=@x.test",
                  "\"=?utf-8?Q?jane?=\"@x.test", "jane@=?utf-8?Q?x?=.test", "=?@x.test"});
}

TEST(AddressField, HidesNoAddress) {
    expect_error(Error::ambiguous, {
                                       "=?utf-8?Q?joe=40x.test=2C?= <jane@x.test>",
                                       "=?iso-8859-1?b?Y2VvQGNvcnAub3JnICgg <jane@x.test> (?=)",
                                       "=? <jane@x.test> (?q?ceo=40corp.org?=)",
                                       "=?utf-8?q?=3Cceo=40corp.org=3E <jane@x.test>",
                                       "=?utf-8?Q?joe=40?= <jane@x.test>",
                                       "=?utf-8?Q?joe?= =?utf-8?Q?=40x.test?= <jane@x.test>",
                                       "joe.=?utf-8?Q?jane=40x.test?= <jane@x.test>",
                                       "joe. =?utf-8?Q?jane=40x.test?= <jane@x.test>",
                                       "=?utf-8?Q?jane=40x.test?= .y.test <jane@x.test>",
                                       "=?utf-8?Q?jane=40x.test?=.y.test <jane@x.test>",
                                       "=?utf-8?Q?jane=40x.test_.y.test?= <jane@x.test>",
                                       "=?utf-8?Q?jane=40x.test_ament?= <jane@x.test>",
                                       "=?utf-8?Q?jane=40x.test=28a=29.y.test?= <jane@x.test>",
                                       "=?utf-8?Q?jane=40x.test_=5B1=5D?= <jane@x.test>",
                                       "=?utf-8?Q?jane=40x.test=5C.y.test?= <jane@x.test>",
                                       "=?utf-8?Q?joe.=5Cjane=40x.test?= <jane@x.test>",
                                       "=?utf-8?Q?joe._jane=40x.test?= <jane@x.test>",
                                       "=?utf-8?Q?joe.=28a=29_jane=40x.test?= <jane@x.test>",
                                       "=?utf-8?Q?=22joe=22jane=40x.test?= <jane@x.test>",
                                       "=?utf-8?Q?joe.=22=22_jane=40x.test?= <jane@x.test>",
                                       "=?utf-7?Q?joe_+_jane+AEA-x.test?= <jane@x.test>",
                                       "=?utf-8?Q?joe=FFjane=40x.test?= <jane@x.test>",
                                       "=?utf-7?Q?joe+AEA-x.test?= <jane@x.test>",
                                       "\"=?utf-8?B?am9lQHgudGVzdA==?=\" <jane@x.test>",
                                       "(=?utf-8?Q?joe=40x.test?=) jane@x.test",
                                       "=?utf-8?Q?=22?= \"joe@x.test\" <jane@x.test>",
                                       "(joe@x.test) jane@x.test",
                                       "jane(joe@x.test)@x.test",
                                       "(a (b) joe@x.test) jane@x.test",
                                       "(\\) <joe@x.test>, \\() jane@x.test",
                                       "\"a\\\" <joe@x.test>\" <jane@x.test>",
                                       "\"joe@x.test, b\" <jane@x.test>",
                                       "\"<joe@x.test>\" <jane@x.test>",
                                       "\"joe@x.test\" (a) <jane@x.test>",
                                       "=?broken <jane@x.test>",
                                       "=?utf-8?Q?=22?= <jane@x.test>",
                                       "\"=?utf-8?Q?Jane\"?= <jane@x.test>",
                                       "\"Doe,\r\n Jane<\" <jane@x.test>",
                                       "\"a\r\n joe@x.test\" <jane@x.test>",
                                       "\"joe@x.test\": jane@x.test;",
                                   });
    expect_error(Error::not_text,
                 {"=?utf-8?Q?jane=00?= <jane@x.test>", "=?utf-8?B?AA==?= <jane@x.test>",
                  "=?utf-8?Q?jane=0D=0A?= <jane@x.test>"});
}

TEST(AddressField, HasABoundedNumberOfMailboxes) {
    std::string hundred = "jane@x.test";
    for (int i = 1; i < 100; ++i)
        hundred += ",jane@x.test";
    const auto mailboxes = parse_address_field(hundred, false);
    ASSERT_TRUE(mailboxes);
    EXPECT_EQ(mailboxes->size(), 100U);
    expect_error(Error::too_many_mailboxes,
                 {hundred + ",jane@x.test", "a:" + hundred + ",b@x.test;"});
}

}  // namespace

}  // namespace postern::smtp
