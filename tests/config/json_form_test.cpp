// Expressions as JSON, in a text or as a TOML table.
#include <gtest/gtest.h>

#include "config/scripted_environment.hpp"
#include "config/section.hpp"
#include "expr/fixed_variables.hpp"

namespace postern::config {
namespace {

using expr::Context;
using expr::Kind;
using expr::Stage;

const Context text{.stage = Stage::rcpt, .kind = Kind::text, .false_means_none = true};
const Context words{.stage = Stage::rcpt, .kind = Kind::constants, .constants = {"plain", "login"}};

std::string result_of(const std::string& value, const Context& context = text) {
    auto document = Document::parse("key = " + value, "t");
    const auto expression =
        document.root().expression("key", expr::Expression("fallback"), context);
    document.report_unknown_keys();
    const std::string problems = all_problems(document);
    return problems.empty() ? expr::written(expression.evaluate(expr::FixedVariables())) : problems;
}

struct Case {
    const char* value;
    const char* result;
};

TEST(JsonForm, IsATextOrATable) {
    const Case cases[] = {
        {R"('''{"match": [{"if": "is_tls", "then": "'a'"}], "else": "'b'"}''')", "'a'"},
        {R"('''{"match": [{"if": "!is_tls", "then": "'a'"}], "else": "'b'"}''')", "'b'"},
        {R"('''  {"match": [], "else": "'b'"}
        ''')",
         "'b'"},
        {R"('''{"match": {"0": {"if": "is_tls", "then": "'a'"}}, "else": false}''')", "'a'"},
        {R"('''{"match": {}, "else": false}''')", "0"},
        {R"({ match = [ { if = "is_tls", then = "'a'" } ], else = "'b'" })", "'a'"},
        {R"({ match = { 0 = { if = "!is_tls", then = "'a'" } }, else = "'b'" })", "'b'"},
        {R"({ match = { "0" = { if = "is_tls", then = "'a'" } }, else = "'b'" })", "'a'"},
        {R"json('''{"match": [{"if": "matches('^(.)', rcpt)", "then": "$1"}], "else": ""}''')json",
         "'b'"},
        {R"('''{"match": [{"if": "listener", "ne": "smtp", "then": "a"}], "else": "b"}''')", "'a'"},
    };
    for (const auto& [value, result] : cases)
        EXPECT_EQ(result_of(value), result) << value;
    EXPECT_EQ(result_of(R"('''{"match": [{"if": "is_tls", "then": ["plain"]}], "else": false}''')",
                        words),
              "[plain]");
}

TEST(JsonForm, OrdersTheBlocksOfAnObjectByNumber) {
    std::string blocks;
    for (int i = 12; i >= 0; --i)
        blocks += "\"" + std::to_string(i) + R"(": {"if": "local_port > )" +
                  std::to_string(i == 2 ? 0 : 600) + R"(", "then": "')" + std::to_string(i) +
                  "'\"}" + (i == 0 ? "" : ", ");
    EXPECT_EQ(result_of("'''{\"match\": {" + blocks + "}, \"else\": \"'none'\"}'''"), "'2'");
    EXPECT_EQ(result_of(R"({ match = { 10 = { if = true, then = "'ten'" }, )"
                        R"(9 = { if = true, then = "'nine'" } }, else = false })"),
              "'nine'");
}

TEST(JsonForm, MistakesSayWhatIsMissing) {
    const Case cases[] = {
        {"'{\"match\": [}'",
         "t:1:19: key: this is not JSON: syntax error; {\"match\": [{\"if\": \"...\", \"then\": "
         "\"...\"}], \"else\": \"...\"}\n"},
        {"'{\"match\": []'",
         "t:1:20: key: this is not JSON: incomplete JSON; {\"match\": [{\"if\": \"...\", \"then\": "
         "\"...\"}], \"else\": \"...\"}\n"},
        {"'{\"match\": []} x'",
         "t:1:22: key: this is not JSON: extra data; {\"match\": [{\"if\": \"...\", \"then\": "
         "\"...\"}], \"else\": \"...\"}\n"},
        {"'{\"match\": [], \"else\": false, \"else\": true}'",
         "t:1:37: key: the key \"else\" stands twice in one object; each key once\n"},
        {R"('{"match": {"0": {"if": "is_tls", "then": true}, "\u0030": {}}, "else": false}')",
         "t:1:56: key: the key \"0\" stands twice in one object; each key once\n"},
        {"'{\"match\": []}'", "t:1:7: key: \"else\" is missing; write it beside \"match\"\n"},
        {"'{\"else\": true}'",
         "t:1:7: key: a table is no expression; put { if = ..., then = ... } and { else = ... } in "
         "a list: [ ... ]\n"},
        {"'{\"match\": [], \"else\": null}'",
         "t:1:7: key: null is no expression; write true, false, a number or an expression in "
         "quotes\n"},
        {"'{\"match\": 5, \"else\": false}'",
         "t:1:7: key: \"match\" is the number 5; a list of blocks, or an object with the keys "
         "\"0\" \"1\" ..., was expected\n"},
        {"'{\"match\": [5], \"else\": false}'",
         "t:1:7: key: the number 5 stands among the blocks; a block is { if = ..., then = ... } or "
         "{ else = ... }\n"},
        {"'{\"match\": {\"first\": {}}, \"else\": false}'",
         "t:1:7: key: \"first\" gives a block no place in \"match\"; the keys are \"0\" \"1\" "
         "\"2\" ...\n"},
        {"'{\"match\": {\"-1\": {}}, \"else\": false}'",
         "t:1:7: key: \"-1\" gives a block no place in \"match\"; the keys are \"0\" \"1\" \"2\" "
         "...\n"},
        {"'{\"match\": [{\"if\": \"is_tls\"}], \"else\": false}'",
         "t:1:7: key: \"then\" is missing; say what holds then: { if = ..., then = ... }\n"},
        {"'{\"match\": [{\"if\": \"is_tsl\", \"then\": false}], \"else\": false}'",
         "t:1:7: key: unknown variable \"is_tsl\"; did you mean \"is_tls\"?\n"},
        {"{ match = [], else = false, default = true }",
         "t:1:35: key: unknown key \"default\" beside \"match\"; there is \"match\" and "
         "\"else\"\n"},
        {"{ match = [ { if = 'is_tsl', then = false } ], else = false }",
         "t:1:27: key: unknown variable \"is_tsl\"; did you mean \"is_tls\"?\n"},
        {"'{\"match\": \"%{env:X}%\"}'",
         "t:1:7: key: \"{\"match\": \"%{env:X}%\"}\" stands in an expression; expressions are "
         "taken "
         "as written: %{...}% works in other settings only\n"},
    };
    for (const auto& [value, result] : cases)
        EXPECT_EQ(result_of(value), result) << value;
    std::string deep = "'{\"match\": " + std::string(100, '[') + std::string(100, ']') + "}'";
    EXPECT_NE(result_of(deep).find("this is not JSON: too deep"), std::string::npos)
        << result_of(deep);
}

}  // namespace
}  // namespace postern::config
