// Settings that may be expressions: their three forms, and where a mistake in them stands.
#include <gtest/gtest.h>

#include "config/scripted_environment.hpp"
#include "config/section.hpp"
#include "expr/fixed_variables.hpp"

namespace postern::config {
namespace {

using expr::Context;
using expr::Kind;
using expr::Stage;

const Context boolean{.stage = Stage::auth, .kind = Kind::boolean};
const Context integer{.stage = Stage::auth, .kind = Kind::integer};
const Context duration{.stage = Stage::auth, .kind = Kind::duration};
const Context text{.stage = Stage::auth, .kind = Kind::text, .false_means_none = true};
const Context words{.stage = Stage::auth, .kind = Kind::constants, .constants = {"plain", "login"}};

struct Case {
    const Context& context;
    const char* value;
    const char* result;
};

// What the setting comes to in the made-up session, or its problems.
std::string result_of(const std::string& value, const Context& context) {
    auto document = Document::parse("key = " + value, "t");
    const auto expression =
        document.root().expression("key", expr::Expression("fallback"), context);
    document.report_unknown_keys();
    const std::string problems = all_problems(document);
    return problems.empty() ? expr::written(expression.evaluate(expr::FixedVariables())) : problems;
}

TEST(SettingExpression, PlainValuesStandForThemselves) {
    const Case cases[] = {
        {boolean, "true", "1"},
        {boolean, "false", "0"},
        {integer, "5", "5"},
        {integer, "-5", "-5"},
        {duration, "5000", "5000"},
        {words, "false", "0"},
        {words, "\"\"", "''"},
        {words, "[\"plain\", \"login\"]", "[plain, login]"},
        {words, "[]", "[]"},
        {text, "false", "0"},
        {text, "\"\"", "''"},
        {boolean, "5",
         "t:1:7: key: this is a whole number, true or false is needed; write true, false or a "
         "comparison\n"},
        {integer, "0.5",
         "t:1:7: key: this is a decimal number, a whole number is needed; write a number\n"},
        {boolean, "inf",
         "t:1:7: key: the number inf is no expression; write true, false, a number or an "
         "expression in quotes\n"},
        {boolean, "1979-05-27",
         "t:1:7: key: a date is no expression; write true, false, a number or an expression in "
         "quotes\n"},
        {boolean, "[\"a\"]",
         "t:1:7: key: a list is no expression; one value, or a list of { if = ..., then = ... } "
         "was expected\n"},
        {words, "[\"plan\"]",
         "t:1:8: key: the text \"plan\" is not known here; did you mean \"plain\"?\n"},
        {words, "[\"plain\", 5]",
         "t:1:17: key: the number 5 is not known here; the words known here are plain, login\n"},
        {text, "5",
         "t:1:7: key: this is a whole number, a text is needed; a text stands in quotes of its "
         "own: \"'5'\"\n"},
    };
    for (const auto& [context, value, result] : cases)
        EXPECT_EQ(result_of(value, context), result) << value;
}

TEST(SettingExpression, TextsAreExpressions) {
    const Case cases[] = {
        {boolean, "\"listener = 'submission'\"", "1"},
        {boolean, "'listener = \"submission\"'", "1"},
        {boolean, "\"\"\"\nis_tls &&\nlocal_port == 587\"\"\"", "1"},
        {integer, "\"2 + 3\"", "5"},
        {duration, "\"5s\"", "5000"},
        {duration, "\"if_then(is_tls, 5s, 1m)\"", "5000"},
        {words, "\"plain\"", "plain"},
        {words, "\"[plain, login]\"", "[plain, login]"},
        {text, "\"'ldap'\"", "'ldap'"},
        {text, "\"listener\"", "'submission'"},
    };
    for (const auto& [context, value, result] : cases)
        EXPECT_EQ(result_of(value, context), result) << value;
}

TEST(SettingExpression, BlocksAreTriedInOrder) {
    const Case cases[] = {
        {text, R"([ { if = "is_tls", then = "'a'" }, { else = "'b'" } ])", "'a'"},
        {text, R"([ { if = "!is_tls", then = "'a'" }, { else = "'b'" } ])", "'b'"},
        {text, R"([ { else = "'b'" } ])", "'b'"},
        {words,
         R"([ { if = "local_port != 25 && is_tls", then = "[plain, login]" }, { else = false } ])",
         "[plain, login]"},
        {words, R"([ { if = "is_tls", then = ["plain"] }, { else = [] } ])", "[plain]"},
        {boolean, R"([ { if = true, then = false }, { else = true } ])", "0"},
        {integer, "[\n { if = 'is_tls', then = 3 },\n { else = 4 }\n]", "3"},
        {duration, R"([ { if = "is_tls", then = "5s" }, { else = 500 } ])", "5000"},
    };
    for (const auto& [context, value, result] : cases)
        EXPECT_EQ(result_of(value, context), result) << value;
    auto sections = Document::parse(
        "[[auth.require]]\nif = \"is_tls\"\nthen = true\n[[auth.require]]\nelse = false\n", "t");
    EXPECT_TRUE(sections.root()
                    .table("auth")
                    .expression("require", {}, boolean)
                    .boolean(expr::FixedVariables()));
    EXPECT_EQ(all_problems(sections), "");
}

TEST(SettingExpression, MissingSettingsGiveTheFallback) {
    auto document = Document::parse("", "t");
    EXPECT_EQ(document.root()
                  .expression("key", expr::Expression("fallback"), text)
                  .text(expr::FixedVariables()),
              "fallback");
    auto wrong = Document::parse("key = 'x ='", "t");
    EXPECT_EQ(wrong.root()
                  .expression("key", expr::Expression("fallback"), text)
                  .text(expr::FixedVariables()),
              "fallback");
    EXPECT_EQ(wrong.problems().size(), 1u);
}

TEST(SettingExpression, MistakesInsideATextHaveTheirColumn) {
    const Case cases[] = {
        {boolean, "\"listner == 'smtp'\"",
         "t:1:8: key: unknown variable \"listner\"; did you mean \"listener\"?\n"},
        {boolean, "\"is_tls && listner == 'smtp'\"",
         "t:1:18: key: unknown variable \"listner\"; did you mean \"listener\"?\n"},
        {boolean, "'is_tls && listner'",
         "t:1:18: key: unknown variable \"listner\"; did you mean \"listener\"?\n"},
        {boolean, "\"\\\"a\\\" != listner\"",
         "t:1:17: key: unknown variable \"listner\"; did you mean \"listener\"?\n"},
        {boolean, "\"'\\u00fc' != listner\"",
         "t:1:20: key: unknown variable \"listner\"; did you mean \"listener\"?\n"},
        {boolean, "\"'\xc3\xbc' != listner\"",
         "t:1:15: key: unknown variable \"listner\"; did you mean \"listener\"?\n"},
        {boolean, "\"is_tls &&\"",
         "t:1:17: key: the expression ends too early; a value is missing\n"},
        {boolean, "\"\"\"\nis_tls && listner\"\"\"",
         "t:1:7: key: unknown variable \"listner\"; did you mean \"listener\"?\n"},
        {boolean, "\"sender == 'x'\"",
         "t:1:8: key: the variable \"sender\" has no value before MAIL; this setting is asked at "
         "AUTH\n"},
        {text, "\"ldap\"",
         "t:1:8: key: unknown variable \"ldap\"; a text stands in quotes of its own: \"'ldap'\"\n"},
        {boolean, "\"\"",
         "t:1:8: key: the expression is empty; write true, false or a condition\n"},
    };
    for (const auto& [context, value, result] : cases)
        EXPECT_EQ(result_of(value, context), result) << value;
}

TEST(SettingExpression, MistakesOfBlocks) {
    const Case cases[] = {
        {boolean, "[ { if = 'is_tls', then = true } ]",
         "t:1:7: key: \"else\" is missing; end the list with { else = ... }\n"},
        {boolean, "[ { if = 'is_tls' }, { else = true } ]",
         "t:1:9: key: \"then\" is missing; say what holds then: { if = ..., then = ... }\n"},
        {boolean, "[ { then = true }, { else = true } ]",
         "t:1:9: key: \"if\" is missing beside \"then\"; a block is { if = ..., then = ... } or { "
         "else = ... }\n"},
        {boolean, "[ {}, { else = true } ]",
         "t:1:9: key: the block is empty; a block is { if = ..., then = ... } or { else = ... }\n"},
        {boolean, "[ { else = true }, { else = false } ]",
         "t:1:26: key: there are two blocks with \"else\"; keep one, at the end\n"},
        {boolean, "[ { else = true }, { if = 'is_tls', then = false } ]",
         "t:1:9: key: \"else\" stands before an \"if\"; put it at the end\n"},
        {boolean, "[ { if = 'is_tls', then = true, else = false } ]",
         "t:1:11: key: \"if\" stands in the block with \"else\"; give each a block of its own\n"
         "t:1:26: key: \"then\" stands in the block with \"else\"; give each a block of its own\n"},
        {boolean, "[ { if = 'is_tls', than = true }, { else = true } ]",
         "t:1:26: key: unknown key \"than\" in a block; did you mean \"then\"?\n"},
        {boolean, "[ { fi = 'is_tls', then = true }, { else = true } ]",
         "t:1:11: key: unknown key \"fi\" in a block; did you mean \"if\"?\n"},
        {boolean, "[ { if = 'is_tls', then = true }, { elsewhere = true } ]",
         "t:1:7: key: \"else\" is missing; end the list with { else = ... }\n"
         "t:1:43: key: unknown key \"elsewhere\" in a block; a block has \"if\" and \"then\", or "
         "\"else\"\n"},
        {boolean, "[ { if = 'is_tls', then = true }, true ]",
         "t:1:7: key: \"else\" is missing; end the list with { else = ... }\n"
         "t:1:41: key: true stands among the blocks; a block is { if = ..., then = ... } or { else "
         "= ... }\n"},
        {boolean, "{ if = 'is_tls', then = true }",
         "t:1:7: key: a table is no expression; put { if = ..., then = ... } and { else = ... } in "
         "a list: [ ... ]\n"},
        {words, "[ { if = 'plain', then = 'plain' }, { else = 'login' } ]",
         "t:1:17: key: unknown variable \"plain\"; a text stands in quotes: 'plain'\n"},
        {text, "[ { if = 'is_tls', then = 'ldap' }, { else = \"'\" } ]",
         "t:1:34: key: unknown variable \"ldap\"; a text stands in quotes of its own: \"'ldap'\"\n"
         "t:1:53: key: the text that begins here has no end; close it with '\n"},
        {text, "[ { if = [], then = {} }, { else = [] } ]",
         "t:1:16: key: a list is no expression; one value, or a list of { if = ..., then = ... } "
         "was expected\n"
         "t:1:27: key: a table is no expression; write true, false, a number or an expression in "
         "quotes\n"
         "t:1:42: key: a list is no expression; one value, or a list of { if = ..., then = ... } "
         "was expected\n"},
    };
    for (const auto& [context, value, result] : cases)
        EXPECT_EQ(result_of(value, context), result) << value;
}

}  // namespace
}  // namespace postern::config
