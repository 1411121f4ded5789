// What matches() found, as $0 $1 ...: in the rest of its expression and in the `then` behind it.
#include <gtest/gtest.h>

#include "expr/tables.hpp"

namespace postern::expr {
namespace {

// "if condition then result else 'none'" in the made-up session, or what is wrong with it.
std::string chosen(const std::string& condition, const std::string& result) {
    auto when = Term::compile(condition, {.stage = Stage::rcpt});
    if (!when) return "if: " + when.error().what;
    const Context context{.stage = Stage::rcpt, .kind = Kind::text, .captures = when->captures()};
    auto what = Term::compile(result, context);
    if (!what) return what.error().what + "; " + what.error().hint;
    const Expression expression({{*when, *what}}, Term::constant("none"));
    return expression.text(FixedVariables());
}

TEST(Captures, AreWhatTheConditionMatched) {
    const std::tuple<const char*, const char*, const char*> cases[] = {
        {"matches('^(.+)@(.+)$', rcpt)", "$1", "bob"},
        {"matches('^(.+)@(.+)$', rcpt)", "$2", "example.net"},
        {"matches('^(.+)@(.+)$', rcpt)", "$0", "bob@example.net"},
        {"matches('@', rcpt)", "$0", "@"},
        {"matches('^(.+)@(.+)$', rcpt)", "$2 + '/' + $1", "example.net/bob"},
        {"matches('^(.+)@', rcpt)", "to_uppercase($1)", "BOB"},
        {"matches('(z)?bob', rcpt)", "'<' + $1 + '>'", "<>"},
        {"matches('(?P<who>b)', rcpt)", "$1", "b"},
        {"matches('(z)', rcpt)", "$1", "none"},
        {"matches('(b)', rcpt) && matches('(e)', rcpt)", "$1", "e"},
        {"matches('(z)', rcpt) || matches('(e)', rcpt)", "$1", "e"},
        {"is_tls || matches('(e)', rcpt)", "'<' + $1 + '>'", "<>"},
        {"!is_tls || matches('(e)', rcpt)", "'<' + $1 + '>'", "<e>"},
        {"matches('(b)(o)', rcpt) && matches('e', rcpt)", "'<' + $1 + '>'", "<>"},
        {"matches('^(.+)@', rcpt) && $1 == 'bob'", "$1", "bob"},
        {"matches('^(.+)@', rcpt) && $1 == 'jim'", "$1", "none"},
        {"if_then(matches('^(b)', rcpt), $1 == 'b', false)", "$1", "b"},
    };
    for (const auto& [condition, result, text] : cases)
        EXPECT_EQ(chosen(condition, result), text) << condition << " then " << result;
}

TEST(Captures, ThatAreNeverMadeAreMistakes) {
    const std::string nothing = "nothing has been matched that ";
    const std::string first =
        " could stand for; the condition of this block has to match something first";
    EXPECT_EQ(chosen("is_tls", "$0"), nothing + "$0" + first);
    EXPECT_EQ(chosen("!matches('(a)', rcpt)", "$1"), nothing + "$1" + first);
    EXPECT_EQ(chosen("matches('(a)', rcpt)", "$2"),
              "$2 is one too many; the last that was captured is $1");
    EXPECT_EQ(chosen("matches('a', rcpt)", "$1"),
              "$1 is one too many; the last that was captured is $0");
    EXPECT_EQ(chosen("matches('a', rcpt)", "$name"),
              "there is no \"$name\"; $0 is what matches() found, $1 its first group");
    EXPECT_EQ(chosen("matches('a', rcpt)", "$"),
              "there is no \"$\"; $0 is what matches() found, $1 its first group");
    EXPECT_EQ(chosen("$1 == 'a' && matches('(a)', rcpt)", "$1"),
              "if: " + nothing + "$1 could stand for");
    EXPECT_EQ(
        chosen("matches('a', rcpt)", "$99999999999999999999"),
        "there is no \"$99999999999999999999\"; $0 is what matches() found, $1 its first group");
}

TEST(Captures, OfOneBlockAreNothingToTheNext) {
    const Context text{.stage = Stage::rcpt, .kind = Kind::text, .captures = 2};
    const Context condition{.stage = Stage::rcpt};
    const auto compiled = [](const char* what, const Context& context) {
        return Term::compile(what, context).value();
    };
    const Expression expression(
        {{compiled("matches('(b)', rcpt) && !is_tls", condition), compiled("$1", text)},
         {compiled("is_tls || matches('(x)', rcpt)", condition), compiled("'<' + $1 + '>'", text)}},
        Term::constant("none"));
    EXPECT_EQ(expression.text(FixedVariables()), "<>");
}

TEST(Captures, StayApartFromOneEvaluationToTheNext) {
    const auto expression = Term::compile("if_then(matches('^(s.*)', listener), $1, 'none')",
                                          {.stage = Stage::connect, .kind = Kind::text})
                                .value();
    FixedVariables variables;
    EXPECT_EQ(expression.evaluate(variables).text(), "submission");
    variables.values[Variable::listener] = "lmtp";
    EXPECT_EQ(expression.evaluate(variables).text(), "none");
}

}  // namespace
}  // namespace postern::expr
