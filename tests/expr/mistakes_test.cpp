// What is refused when an expression is compiled, where, and with which words.
#include <gtest/gtest.h>

#include "expr/expression.hpp"
#include "expr/fixed_variables.hpp"

namespace postern::expr {
namespace {

std::string judged(std::string_view text, const Context& context) {
    const auto term = Term::compile(text, context);
    if (term) return "fine";
    const auto& [offset, what, hint] = term.error();
    return std::to_string(offset) + ": " + what + "; " + hint;
}

struct Case {
    const char* text;
    const char* judgement;
};

void expect(const Context& context, std::initializer_list<Case> cases) {
    for (const auto& [text, judgement] : cases)
        EXPECT_EQ(judged(text, context), judgement) << text;
}

TEST(Mistakes, OfSyntaxTellTheOffsetAndWhatWasExpected) {
    expect(
        {.stage = Stage::rcpt},
        {
            {"", "0: the expression is empty; write true, false or a condition"},
            {"  ", "0: the expression is empty; write true, false or a condition"},
            {"is_tls &&", "9: the expression ends too early; a value is missing"},
            {"&& is_tls", "0: unexpected &&; a value was expected"},
            {"is_tls is_tls", "7: unexpected is_tls; an operator or the end was expected"},
            {"is_tls)", "6: unexpected ); an operator or the end was expected"},
            {"(is_tls",
             "7: the expression ends too early; the closing parenthesis of this group is missing"},
            {"(is_tls]", "7: unexpected ]; the closing parenthesis of this group was expected"},
            {"contains(groups, 'a'",
             "20: the expression ends too early; the closing parenthesis of contains() is missing"},
            {"contains(groups 'a')",
             "16: unexpected 'a'; the closing parenthesis of contains() was expected"},
            {"contains(groups,)", "16: unexpected ); a value was expected"},
            {"[1, 2", "5: the expression ends too early; the closing \"]\" of the list is missing"},
            {"groups[1", "8: the expression ends too early; \"]\" of the index is missing"},
            {"groups[]", "7: unexpected ]; a value was expected"},
            {"listener == 'smtp", "12: the text that begins here has no end; close it with '"},
            {"listener == 'smtp\\'", "12: the text that begins here has no end; close it with '"},
            {"is_tls ; true",
             "7: the character \";\" has no meaning here; texts stand in quotes: 'smtp'"},
            {"is_tls \x01",
             "7: the character \"\\x01\" has no meaning here; texts stand in quotes: 'smtp'"},
            {"1 + \xc3\xbc",
             "4: the character \"\\xc3\" has no meaning here; texts stand in quotes: 'smtp'"},
            {"%{env:X}%",
             "0: the character \"%\" has no meaning here; texts stand in quotes: 'smtp'"},
            {"1h30m",
             "0: \"1h30m\" is neither a number nor a duration; numbers are 5 or 0.5, durations "
             "500ms 5s 2m 1h 1d"},
            {"1.2.3",
             "0: \"1.2.3\" is neither a number nor a duration; numbers are 5 or 0.5, durations "
             "500ms 5s 2m 1h 1d"},
            {"9223372036854775808",
             "0: 9223372036854775808 is too large; 9223372036854775807 is the largest number"},
            {"106751991168d",
             "0: \"106751991168d\" is neither a number nor a duration; numbers are 5 or 0.5, "
             "durations 500ms 5s 2m 1h 1d"},
        });
}

TEST(Mistakes, OfNamesGiveTheNearestOne) {
    expect(
        {.stage = Stage::rcpt},
        {
            {"listner == 'smtp'", "0: unknown variable \"listner\"; did you mean \"listener\"?"},
            {"local_prot == 25",
             "0: unknown variable \"local_prot\"; did you mean \"local_port\"?"},
            {"is-tls", "0: unknown variable \"is\"; did you mean \"is_tls\"?"},
            {"True", "0: unknown variable \"True\"; did you mean \"true\"?"},
            {"listener == smtp", "12: unknown variable \"smtp\"; a text stands in quotes: 'smtp'"},
            {"is_emtpy(sender)", "0: unknown function \"is_emtpy\"; did you mean \"is_empty\"?"},
            {"frobnicate(sender)", "0: unknown function \"frobnicate\"; "},
            {"is_empty", "0: \"is_empty\" is a function; call it: is_empty(...)"},
            {"sender(1)", "0: \"sender\" is a variable; write it without parentheses"},
        });
}

TEST(Mistakes, OfStagesNameTheEarliestOne) {
    const std::string hint = "; this setting is asked at connect";
    for (const auto& [name, stage] :
         {std::pair("helo_domain", "EHLO"), std::pair("authenticated_as", "AUTH"),
          std::pair("groups", "AUTH"), std::pair("sender", "MAIL"),
          std::pair("sender_domain", "MAIL"), std::pair("rcpt", "RCPT"),
          std::pair("rcpt_domain", "RCPT")}) {
        EXPECT_EQ(judged(name, {}), "0: the variable \"" + std::string(name) +
                                        "\" has no value before " + stage + hint);
    }
    EXPECT_EQ(judged("attr('x')", {.stage = Stage::ehlo}),
              "0: attr() has no value before AUTH; this setting is asked at EHLO");
    EXPECT_EQ(judged("helo_domain", {.stage = Stage::ehlo}), "fine");
    EXPECT_EQ(judged("sender", {.stage = Stage::rcpt}), "fine");
    EXPECT_EQ(judged("sender", {.stage = Stage::header}), "fine");
    EXPECT_EQ(judged("attr('x')", {.stage = Stage::header}), "fine");
    EXPECT_EQ(
        judged("rcpt", {.stage = Stage::header}),
        "0: the variable \"rcpt\" has no value behind RCPT; this setting is asked at the header");
    EXPECT_EQ(judged("rcpt", {.stage = Stage::mail}),
              "0: the variable \"rcpt\" has no value before RCPT; this setting is asked at MAIL");
}

TEST(Mistakes, OfArgumentsAreFoundBeforeAnySession) {
    expect(
        {.stage = Stage::rcpt},
        {
            {"is_empty()", "0: is_empty() has 0 arguments here; it takes 1"},
            {"contains(groups)", "0: contains() has 1 argument here; it takes 2"},
            {"if_then(is_tls, 1, 2, 3)", "0: if_then() has 4 arguments here; it takes 3"},
            {"matches('[', sender)",
             "8: the regular expression is wrong: missing ]: [; its syntax is that of RE2"},
            {"matches(sender, 'a')",
             "8: a regular expression must be a text in quotes; for example matches('^a+$', "
             "sender)"},
            {"attr(sender)",
             "5: the name of an attribute must be a text in quotes; for example attr('mailHost')"},
            {"attr(5)",
             "5: the name of an attribute must be a text in quotes; for example attr('mailHost')"},
            {"hash(sender, 'crc') == 'a'",
             "13: there is no hash \"crc\"; 'md5', 'sha1', 'sha256' or 'sha512'"},
            {"email_part(sender, 'host') == 'a'",
             "19: an address has no part \"host\"; 'local' or 'domain'"},
            {"is_ip_in_cidr(remote_ip, '10.0.0.0/33')",
             "25: \"10.0.0.0/33\" is no network; write '10.0.0.0/8' or '2001:db8::/32'"},
            {"is_ip_in_cidr(remote_ip, ['10.0.0.0/8', 'lan'])",
             "25: \"lan\" is no network; write '10.0.0.0/8' or '2001:db8::/32'"},
        });
}

TEST(Mistakes, AreComparisonsThatNeverChange) {
    expect(
        {.stage = Stage::rcpt, .constants = {"plain"}},
        {
            {"is_tls == 'true'",
             "10: 'true' is compared with true or false; write true or false without quotes"},
            {"'smtp' != local_port", "0: 'smtp' is compared with a whole number; write a number"},
            {"local_port == '25'", "fine"},
            {"groups == 'sales'", "7: a list is never equal to a text; use contains(list, text)"},
            {"listener == plain",
             "12: a bare word cannot be compared; a text stands in quotes: 'plain'"},
        });
}

TEST(Mistakes, OfBooleanSettings) {
    expect(
        {.stage = Stage::rcpt},
        {
            {"true", "fine"},
            {"false", "fine"},
            {"1", "fine"},
            {"0", "fine"},
            {"is_tls", "fine"},
            {"sender", "fine"},
            {"groups", "fine"},
            {"len(sender) - 5", "fine"},
            {"if_then(is_tls, true, false)", "fine"},
            {"'smtp'",
             "0: this is a text, true or false is needed; write true, false or a comparison"},
            {"5",
             "0: this is a whole number, true or false is needed; write true, false or a "
             "comparison"},
            {"5s",
             "0: this is a duration, true or false is needed; write true, false or a comparison"},
            {"[1]",
             "0: this is a list, true or false is needed; write true, false or a comparison"},
            {"if_then(is_tls, true, 'x')",
             "22: this is a text, true or false is needed; write true, false or a comparison"},
        });
}

TEST(Mistakes, OfNumbersAndDurations) {
    expect({.kind = Kind::integer},
           {
               {"3", "fine"},
               {"-3", "fine"},
               {"if_then(is_tls, 3, 4)", "fine"},
               {"local_port * 2", "fine"},
               {"local_port / 2", "fine"},
               {"10 / 2", "fine"},
               {"0.5", "0: this is a decimal number, a whole number is needed; write a number"},
               {"true", "0: this is true or false, a whole number is needed; write a number"},
               {"'3'", "0: this is a text, a whole number is needed; write a number"},
               {"5s", "0: this is a duration, a whole number is needed; write a number"},
               {"listener", "0: this is a text, a whole number is needed; write a number"},
           });
    const std::string hint = "; write 500ms, 5s, 2m, 1h or 1d";
    const Context duration{.kind = Kind::duration};
    for (const char* fine :
         {"5s", "5000", "5s + 500ms", "5s * 2", "5s / 2", "if_then(is_tls, 5s, 0)"})
        EXPECT_EQ(judged(fine, duration), "fine") << fine;
    EXPECT_EQ(judged("'5s'", duration), "0: this is a text, a duration is needed" + hint);
    EXPECT_EQ(judged("true", duration), "0: this is true or false, a duration is needed" + hint);
    EXPECT_EQ(judged("-5s", duration), "0: a duration is never negative" + hint);
    EXPECT_EQ(judged("5s - 6s", duration), "0: a duration is never negative" + hint);
}

TEST(Mistakes, OfTexts) {
    expect(
        {.stage = Stage::auth, .kind = Kind::text},
        {
            {"'ldap'", "fine"},
            {"listener + '-x'", "fine"},
            {"attr('mailHost')", "fine"},
            {"to_lowercase(listener)", "fine"},
            {"if_then(is_tls, 'a', 'b')", "fine"},
            {"ldap",
             "0: unknown variable \"ldap\"; a text stands in quotes of its own: \"'ldap'\""},
            {"5",
             "0: this is a whole number, a text is needed; a text stands in quotes of its own: "
             "\"'5'\""},
            {"false",
             "0: this is true or false, a text is needed; write a text in quotes of its own"},
            {"is_tls && 'ldap'",
             "0: this is true or false, a text is needed; use if_then(condition, 'one', 'other')"},
            {"groups", "0: this is a list, a text is needed; write a text in quotes of its own"},
        });
    expect({.stage = Stage::auth, .kind = Kind::text, .false_means_none = true},
           {
               {"false", "fine"},
               {"if_then(is_tls, 'ldap', false)", "fine"},
               {"true",
                "0: this is true or false, a text is needed; write a text in quotes of its own, or "
                "false"},
           });
}

TEST(Mistakes, OfLists) {
    expect({.kind = Kind::constants, .constants = {"plain", "login", "cram-md5"}},
           {
               {"plain", "fine"},
               {"[plain, login]", "fine"},
               {"[ plain,login , cram-md5 ]", "fine"},
               {"false", "fine"},
               {"''", "fine"},
               {"[]", "fine"},
               {"if_then(is_tls, [plain, login], false)", "fine"},
               {"[plain] + [login]", "fine"},
               {"[plan]", "1: unknown word \"plan\"; did you mean \"plain\"?"},
               {"[plain, ldap]",
                "8: unknown word \"ldap\"; the words known here are plain, login, cram-md5"},
               {"['plain']",
                "1: this is a text, a list of words is needed; words stand without quotes: plain"},
               {"[plain, 5]",
                "8: this is a whole number, a list of words is needed; the words known here are "
                "plain, login, cram-md5"},
               {"true",
                "0: this is true or false, a list of words is needed; the words known here are "
                "plain, login, cram-md5"},
               {"if_then(is_tls, [plain], 'login')",
                "25: this is a text, a list of words is needed; words stand without quotes: login"},
           });
}

TEST(Mistakes, BeyondAllBoundsAreRefusedAndNotFollowed) {
    const std::string deep = "; at most 200 levels";
    const auto starts = [](const std::string& text, const std::string& with) {
        return judged(text, {.stage = Stage::rcpt}).find(with) != std::string::npos;
    };
    EXPECT_TRUE(starts(std::string(100000, '('), "too long"));
    EXPECT_TRUE(starts(std::string(16000, '('), "nested too deeply"));
    EXPECT_TRUE(starts(std::string(16000, '['), "nested too deeply"));
    EXPECT_TRUE(starts(std::string(16000, '!') + "is_tls", "nested too deeply"));
    EXPECT_TRUE(starts(std::string(16000, '-') + "local_port", "nested too deeply"));
    std::string calls, sum = "local_port", indexes = "groups";
    for (int i = 0; i < 2000; ++i) {
        calls += "trim(";
        sum += "+1";
        indexes += "[1]";
    }
    EXPECT_TRUE(starts(calls, "nested too deeply"));
    EXPECT_TRUE(starts(sum, "nested too deeply"));
    EXPECT_TRUE(starts(indexes, "nested too deeply"));
    EXPECT_EQ(judged(std::string(16000, '!') + "false", {}), "fine");
    EXPECT_EQ(judged(std::string(150, '(') + "is_tls" + std::string(150, ')'), {}), "fine");
    EXPECT_TRUE(
        starts("matches('((a{1000}){1000}){1000}', sender)", "regular expression is wrong"));
}

TEST(Mistakes, ThrowOnlyWhenSomebodyInsistsOnTheValue) {
    EXPECT_THROW(Term::compile("(", {}).value(), std::invalid_argument);
}

}  // namespace
}  // namespace postern::expr
