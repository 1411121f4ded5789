// The comparators of older configurations: what they hold for, and what `then` makes of it.
#include <gtest/gtest.h>

#include "config/scripted_environment.hpp"
#include "config/section.hpp"
#include "expr/fixed_variables.hpp"

namespace postern::config {
namespace {

using expr::Context;
using expr::Kind;
using expr::Stage;

const Context boolean{.stage = Stage::rcpt, .kind = Kind::boolean};
const Context integer{.stage = Stage::rcpt, .kind = Kind::integer};
const Context duration{.stage = Stage::rcpt, .kind = Kind::duration};
const Context text{.stage = Stage::rcpt, .kind = Kind::text, .false_means_none = true};
const Context words{.stage = Stage::rcpt, .kind = Kind::constants, .constants = {"plain", "login"}};

const std::string lists =
    "[list]\n"
    "listeners = [\"smtp\", \"submission\"]\n"
    "one = \"submission\"\n"
    "friends = \"file:///etc/friends\"\n"
    "networks = \"file:///etc/networks\"\n"
    "nobody = []\n";

std::string result_of(const std::string& value, const Context& context) {
    ScriptedEnvironment environment;
    environment.files = {
        {"/etc/friends", "# whom we know\nbob@example.net\r\n\n  ann@example.net \n"},
        {"/etc/networks", "192.0.2.0/24\n10.0.0.0/8"},
    };
    auto document = Document::parse("key = " + value + "\n" + lists, "t", environment);
    const auto expression =
        document.root().expression("key", expr::Expression("fallback"), context);
    document.report_unknown_keys();
    const std::string problems = all_problems(document);
    return problems.empty() ? expr::written(expression.evaluate(expr::FixedVariables())) : problems;
}

std::string in_block(const std::string& condition) {
    return "[ { " + condition + ", then = true }, { else = false } ]";
}

struct Condition {
    const char* condition;
    const char* result;
};

void expect(std::initializer_list<Condition> conditions) {
    for (const auto& [condition, result] : conditions)
        EXPECT_EQ(result_of(in_block(condition), boolean), result) << condition;
}

TEST(OlderDialect, ComparesTextsOctetByOctet) {
    expect({{"if = 'listener', eq = 'submission'", "1"},
            {"if = 'listener', eq = 'smtp'", "0"},
            {"if = 'listener', eq = 'Submission'", "0"},
            {"if = 'listener', equal-to = 'submission'", "1"},
            {"if = 'listener', ne = 'smtp'", "1"},
            {"if = 'listener', ne = 'submission'", "0"},
            {"if = 'listener', not-equal-to = 'smtp'", "1"},
            {"if = 'listener', starts-with = 'sub'", "1"},
            {"if = 'listener', starts-with = 'mission'", "0"},
            {"if = 'listener', starts-with = ''", "1"},
            {"if = 'listener', not-starts-with = 'sub'", "0"},
            {"if = 'rcpt', ends-with = '@example.net'", "1"},
            {"if = 'rcpt', ends-with = '@example.org'", "0"},
            {"if = 'rcpt', not-ends-with = '@example.org'", "1"},
            {"if = 'listener', matches = '^sub.*n$'", "1"},
            {"if = 'listener', matches = '^mission'", "0"},
            {"if = 'listener', not-matches = '^mission'", "1"},
            {"if = 'sender-domain', eq = 'example.org'", "1"},
            {"if = 'sender_domain', eq = 'example.org'", "1"},
            {"if = 'authenticated-as', ne = ''", "1"},
            {"if = 'helo-domain', eq = 'client.example.org'", "1"},
            {R"(if = "listener", eq = "it's \"so\" \\d")", "0"},
            {"if = 'groups', eq = 'sales'", "1"},
            {"if = 'groups', eq = 'sale'", "0"},
            {"if = 'groups', ne = 'staff'", "1"},
            {"if = 'groups', starts-with = 'St'", "1"}});
}

TEST(OlderDialect, ComparesNumbersAndTruthsAsSuch) {
    expect({{"if = 'local-port', eq = 587", "1"},
            {"if = 'local-port', eq = '587'", "1"},
            {"if = 'local-port', ne = 25", "1"},
            {"if = 'local-port', in-list = [25, 587]", "1"},
            {"if = 'is-tls', eq = true", "1"},
            {"if = 'is-tls', eq = 'false'", "0"}});
}

TEST(OlderDialect, ComparesAddressesWithNetworks) {
    expect({{"if = 'remote-ip', eq = '10.1.2.3'", "1"},
            {"if = 'remote-ip', eq = '10.0.0.0/8'", "1"},
            {"if = 'remote-ip', eq = '10.1.2.4/32'", "0"},
            {"if = 'remote-ip', ne = '10.0.0.0/8'", "0"},
            {"if = 'remote-ip', ne = '2001:db8::/32'", "1"},
            {"if = 'remote-ip', eq = '::ffff:10.0.0.0/104'", "1"},
            {"if = 'local-ip', eq = '192.0.2.0/24'", "1"},
            {"if = 'remote-ip', in-list = ['192.0.2.0/24', '10.1.0.0/16']", "1"},
            {"if = 'remote-ip', in-list = 'list/networks'", "1"},
            {"if = 'remote-ip', not-in-list = 'list/networks'", "0"},
            {"if = 'remote-ip', starts-with = '10.'", "1"}});
}

TEST(OlderDialect, FindsValuesInListsAndFiles) {
    expect({{"if = 'listener', in-list = 'list/listeners'", "1"},
            {"if = 'listener', not-in-list = 'list/listeners'", "0"},
            {"if = 'listener', in-list = 'list/one'", "1"},
            {"if = 'listener', in-list = ['smtp', 'lmtp']", "0"},
            {"if = 'listener', not-in-list = ['smtp', 'lmtp']", "1"},
            {"if = 'rcpt', in-list = 'list/friends'", "1"},
            {"if = 'sender', in-list = 'list/friends'", "0"},
            {"if = 'sender', not-in-list = 'list/friends'", "1"},
            {"if = 'helo-domain', in-list = 'list/nobody'", "0"},
            {"if = 'helo-domain', not-in-list = []", "1"},
            {"if = 'groups', in-list = ['x', 'Staff']", "1"}});
}

TEST(OlderDialect, JoinsConditionsToAnyDepth) {
    const std::string yes = "{ if = 'listener', eq = 'submission' }";
    const std::string no = "{ if = 'listener', eq = 'smtp' }";
    const auto joined = [](const std::string& how, const std::string& conditions) {
        return how + " = [ " + conditions + " ]";
    };
    for (const auto& [how, conditions, result] :
         {std::tuple("any-of", no + ", " + yes, "1"), std::tuple("any-of", no + ", " + no, "0"),
          std::tuple("all-of", yes + ", " + yes, "1"), std::tuple("all-of", no + ", " + yes, "0"),
          std::tuple("none-of", no + ", " + no, "1"), std::tuple("none-of", no + ", " + yes, "0"),
          std::tuple("all-of", yes, "1"), std::tuple("none-of", yes, "0"),
          std::tuple("all-of", yes + ", { any-of = [ " + no + ", " + yes + " ] }", "1"),
          std::tuple("all-of", yes + ", { none-of = [ " + no + ", " + yes + " ] }", "0"),
          std::tuple("none-of", no + ", { all-of = [ " + yes + ", " + no + " ] }", "1")})
        EXPECT_EQ(result_of(in_block(joined(how, conditions)), boolean), result) << conditions;
    std::string nested = yes;
    for (int i = 0; i < 6; ++i)
        nested = "{ " + joined(i % 2 == 0 ? "all-of" : "any-of", nested) + " }";
    EXPECT_EQ(result_of(in_block(joined("all-of", nested)), boolean), "1");
}

TEST(OlderDialect, ThenIsAsItStands) {
    const std::tuple<const Context&, const char*, const char*> cases[] = {
        {text, "'remote/imap'", "'remote/imap'"},
        {text, "'listener'", "'listener'"},
        {text, "'costs 5$ {a}'", "'costs 5$ {a}'"},
        {text, "''", "''"},
        {text, "false", "0"},
        {words, "['plain', 'login']", "[plain, login]"},
        {words, "'plain'", "[plain]"},
        {words, "[]", "[]"},
        {words, "false", "0"},
        {boolean, "true", "1"},
        {boolean, "'false'", "0"},
        {integer, "5", "5"},
        {integer, "'5'", "5"},
        {duration, "'5s'", "5000"},
        {duration, "5000", "5000"},
    };
    for (const auto& [context, value, result] : cases) {
        const std::string given(value);
        EXPECT_EQ(result_of("[ { if = 'listener', ne = 'smtp', then = " + given +
                                " }, { else = " + given + " } ]",
                            context),
                  result)
            << value;
    }
    EXPECT_EQ(
        result_of("[ { if = 'listener', eq = 'smtp', then = 'a' }, { else = 'listener' } ]", text),
        "'listener'");
}

TEST(OlderDialect, PlaceholdersStandForWhatWasFoundAndForTheSession) {
    const auto then = [](const std::string& condition, const std::string& value) {
        return result_of("[ { " + condition + ", then = '" + value + "' }, { else = 'none' } ]",
                         text);
    };
    const std::string any = "if = 'listener', ne = 'smtp'";
    EXPECT_EQ(then("if = 'sender', matches = '^(.+)@(.+)$'", "${1} at ${2}"),
              "'Jane.Doe at Example.org'");
    EXPECT_EQ(then("if = 'sender', matches = '^(.+)@'", "${0}"), "'Jane.Doe@'");
    EXPECT_EQ(then("if = 'listener', eq = 'submission'", "to-${0}"), "'to-submission'");
    EXPECT_EQ(then("if = 'rcpt', ends-with = 'example.net'", "${0}"), "'bob@example.net'");
    EXPECT_EQ(then("if = 'groups', starts-with = 'St'", "${0}"), "'Staff'");
    EXPECT_EQ(then("if = 'rcpt', in-list = 'list/friends'", "${0}"), "'bob@example.net'");
    EXPECT_EQ(then("any-of = [ { if = 'sender', matches = '^(x)' }, { if = 'rcpt', matches = "
                   "'^(b)' } ]",
                   "${1}"),
              "'b'");
    EXPECT_EQ(then("any-of = [ { if = 'listener', ne = 'smtp' }, { if = 'rcpt', matches = "
                   "'^(b)' } ]",
                   "<${1}>"),
              "'<>'");
    EXPECT_EQ(then(any, "${listener}/${local-ip}"), "'submission/192.0.2.1'");
    EXPECT_EQ(then(any, "${local_port}"), "'587'");
    EXPECT_EQ(then(any, "${{0}} ${{listener}}"), "'${0} ${listener}'");
}

TEST(OlderDialect, OneBlockKnowsNothingOfWhatAnotherFound) {
    EXPECT_EQ(result_of("[ { all-of = [ { if = 'sender', matches = '^(J)' }, { if = 'listener', eq "
                        "= 'x' } ], then = 'a' },"
                        "  { any-of = [ { if = 'listener', ne = 'x' }, { if = 'sender', matches = "
                        "'^(D)' } ], then = 'b${1}' }, { else = 'c' } ]",
                        text),
              "'b'");
}

}  // namespace
}  // namespace postern::config
