// Mistakes in the older dialect and in the lists it may name.
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
const Context text{.stage = Stage::auth, .kind = Kind::text, .false_means_none = true};
const Context words{.stage = Stage::auth, .kind = Kind::constants, .constants = {"plain", "login"}};

std::string problems_of(const std::string& value, const Context& context,
                        const std::string& more = "") {
    auto document = Document::parse("key = " + value + "\n" + more, "t", ScriptedEnvironment());
    document.root().expression("key", expr::Expression("fallback"), context);
    document.report_unknown_keys();
    return all_problems(document);
}

struct Case {
    const char* part;
    const char* problem;
};

TEST(OlderMistakes, OfConditionsHaveTheirPlaceAndAHint) {
    const Case cases[] = {
        {"if = 'listner', eq = 'smtp'",
         "t:1:17: key: unknown variable \"listner\"; did you mean \"listener\"?\n"},
        {"if = 'remote-pi', eq = '::1'",
         "t:1:17: key: unknown variable \"remote-pi\"; did you mean \"remote-ip\"?\n"},
        {"if = 'xyz', eq = 'smtp'",
         "t:1:17: key: unknown variable \"xyz\"; for example \"listener\" or \"remote-ip\"\n"},
        {"if = 'mx', eq = 'smtp'",
         "t:1:17: key: unknown variable \"mx\"; there are no queues here\n"},
        {"if = 'sender', eq = 'a@b.org'",
         "t:1:17: key: the variable \"sender\" has no value before MAIL; this setting is asked at "
         "AUTH\n"},
        {"if = 'listener', eq = 'a', ne = 'b'",
         "t:1:38: key: \"ne\" stands beside \"eq\"; one comparison a block; join several with "
         "all-of = [ ... ]\n"},
        {"if = 'listener', neq = 'a'",
         "t:1:28: key: unknown key \"neq\" in a block; did you mean \"ne\"?\n"},
        {"if = 'listener', start-with = 'a'",
         "t:1:28: key: unknown key \"start-with\" in a block; did you mean \"starts-with\"?\n"},
        {"eq = 'a'",
         "t:1:9: key: \"if\" is missing beside \"eq\"; it names what is compared: { if = "
         "\"listener\", eq = ... }\n"},
        {"if = 'listener', any-of = []",
         "t:1:11: key: \"if\" stands beside \"any-of\"; its conditions stand in the list\n"},
        {"any-of = []",
         "t:1:20: key: an empty list joins no conditions; a list of { if = ..., eq = ... } was "
         "expected\n"},
        {"any-of = { if = 'listener', eq = 'a' }",
         "t:1:20: key: a table joins no conditions; a list of { if = ..., eq = ... } was "
         "expected\n"},
        {"any-of = [ 5 ]",
         "t:1:22: key: this is no comparison; write { if = \"listener\", eq = \"smtp\" } or { "
         "any-of = [ ... ] }\n"},
        {"any-of = [ { if = 'is_tls' } ]",
         "t:1:22: key: this is no comparison; write { if = \"listener\", eq = \"smtp\" } or { "
         "any-of = [ ... ] }\n"},
        {"any-of = [ { if = 'listener', eq = 'a', then = true } ]",
         "t:1:51: key: \"then\" stands inside a condition; \"then\" belongs to the outermost "
         "block\n"},
        {"any-of = [ { if = 'listener', eq = 'a' }, { if = 'listner', eq = 'b' } ]",
         "t:1:61: key: unknown variable \"listner\"; did you mean \"listener\"?\n"},
        {"if = 'remote-ip', eq = 'lan'",
         "t:1:34: key: \"lan\" is no network; write \"10.0.0.1\", \"10.0.0.0/8\" or "
         "\"2001:db8::/32\"\n"},
        {"if = 'remote-ip', in-list = ['10.0.0.0/8', '10.0.0.0/33']",
         "t:1:54: key: \"10.0.0.0/33\" is no network; write \"10.0.0.1\", \"10.0.0.0/8\" or "
         "\"2001:db8::/32\"\n"},
        {"if = 'local-port', eq = 'smtp'",
         "t:1:35: key: \"smtp\" is compared with a whole number; write a number\n"},
        {"if = 'is-tls', eq = 'yes'",
         "t:1:31: key: \"yes\" is compared with true or false; write true or false\n"},
        {"if = 'listener', matches = '['",
         "t:1:38: key: the regular expression is wrong: missing ]: [; its syntax is that of RE2\n"},
        {"if = 'listener', eq = ['a', 'b']",
         "t:1:33: key: a list is compared; use in-list, or any-of\n"},
        {"if = 'listener', eq = 0.5",
         "t:1:33: key: the number 0.5 cannot be compared; a text in quotes was expected\n"},
        {"if = 'listener', eq = '%{env:X}%'",
         "t:1:33: key: \"%{env:X}%\" stands in an expression; expressions are taken as written: "
         "%{...}% works in other settings only\n"},
        {"if = 'listener', in-list = 'db/x/y'",
         "t:1:38: key: the text \"db/x/y\" names no list; write \"list/NAME\" for NAME = [ ... ] "
         "in "
         "[list], or the list itself\n"},
        {"if = 'listener', in-list = 'list/smtps'",
         "t:1:38: key: there is no list \"smtps\"; [list] smtps = [ ... ]\n"},
    };
    for (const auto& [condition, problem] : cases)
        EXPECT_EQ(
            problems_of("[ { " + std::string(condition) + ", then = true }, { else = false } ]",
                        boolean),
            problem)
            << condition;
}

TEST(OlderMistakes, OfThenHaveTheirPlaceAndAHint) {
    const std::tuple<const Context&, const char*, const char*> cases[] = {
        {text, "\"'ldap'\"",
         "t:1:48: key: \"'ldap'\" has quotes of its own; beside eq, ne and the like a text stands "
         "as it is\n"},
        {text, "['a']",
         "t:1:48: key: a list is no expression; one value, or a list of { if = ..., then = ... } "
         "was expected\n"},
        {text, "true",
         "t:1:48: key: this is true or false, a text is needed; write a text in quotes of its own, "
         "or false\n"},
        {text, "'a${0}'",
         "t:1:50: key: nothing has been matched that ${0} could stand for; the condition of this "
         "block has to match something first\n"},
        {text, "'a${listner}'",
         "t:1:50: key: unknown variable \"listner\"; did you mean \"listener\"?\n"},
        {text, "'a${rcpt}'",
         "t:1:50: key: the variable \"rcpt\" has no value before RCPT; this setting is asked at "
         "AUTH\n"},
        {text, "'a${0'",
         "t:1:50: key: the placeholder that begins here has no end; close it with }\n"},
        {text, "'${{0}'",
         "t:1:49: key: the placeholder that begins here has no end; close it with }}\n"},
        {words, "'[plain, login]'",
         "t:1:48: key: the text \"[plain, login]\" is not known here; the words known here are "
         "plain, login\n"},
        {words, "['plan']",
         "t:1:49: key: the text \"plan\" is not known here; did you mean \"plain\"?\n"},
        {boolean, "'yes'",
         "t:1:49: key: unknown variable \"yes\"; a text stands in quotes: 'yes'\n"},
    };
    for (const auto& [context, value, problem] : cases)
        EXPECT_EQ(problems_of("[ { if = 'listener', ne = 'smtp', then = " + std::string(value) +
                                  " }, { else = false } ]",
                              context),
                  problem)
            << value;
    EXPECT_EQ(
        problems_of("[ { if = 'listener', matches = '(a)', then = '${2}' }, { else = '${0}' } ]",
                    text),
        "t:1:53: key: ${2} is one too many; the last that was captured is $1\n"
        "t:1:72: key: nothing has been matched that ${0} could stand for; the condition of "
        "this block has to match something first\n");
}

TEST(OlderMistakes, OneListIsOfOneDialect) {
    EXPECT_EQ(problems_of("[ { if = 'listener', ne = 'a', then = true }, { if = 'is_tls', then = "
                          "true }, { else = true } ]",
                          boolean),
              "t:1:53: key: this block is of another form than the others; compare it as they do, "
              "or write all of them as expressions\n");
}

TEST(OlderMistakes, OfListsAreToldEvenWhenNobodyAsks) {
    const Case cases[] = {
        {"[list]\na = 5\n",
         "t:3:5: list.a is the number 5; a list is [\"one\", \"two\"] or \"file:///path\" of a "
         "file "
         "with one text a line\n"},
        {"[list]\na = ['x', 5]\n",
         "t:3:11: list.a is the number 5; a list is [\"one\", \"two\"] or \"file:///path\" of a "
         "file with one text a line\n"},
        {"[list]\na = 'file:///nowhere'\n",
         "t:3:5: list.a: the file \"/nowhere\" cannot be read: it is not there; a regular file of "
         "at most 1048576 octets\n"},
        {"[list]\na = '%{env:X}%'\n",
         "t:3:5: list.a: the environment variable of %{env:X}% is not set\n"},
        {"[[list]]\na = []\n", "t:2:1: list is a list; a section [list] was expected\n"},
        {"[list]\na = ['x']\n", ""},
    };
    for (const auto& [more, problem] : cases)
        EXPECT_EQ(problems_of("true", boolean, more), problem) << more;
    EXPECT_EQ(
        problems_of("[ { if = 'remote-ip', in-list = 'list/a', then = true }, { else = false } "
                    "]",
                    boolean, "[list]\na = ['::1', 'secret']\n"),
        "t:1:39: key: entry 2 of the text \"list/a\" cannot be compared with \"remote-ip\"; "
        "write \"10.0.0.1\", \"10.0.0.0/8\" or \"2001:db8::/32\"\n");
    EXPECT_EQ(problems_of("[ { if = 'listener', in-list = 'list/onw', then = true }, { else = "
                          "false } ]",
                          boolean, "[list]\none = ['a']\n"),
              "t:1:38: key: there is no list \"onw\"; did you mean \"one\"?\n");
}

}  // namespace
}  // namespace postern::config
