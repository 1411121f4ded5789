// The typed getters: what they give, and what they say when they cannot.
#include "config/section.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "config/scripted_environment.hpp"

namespace postern::config {
namespace {

using std::chrono::milliseconds;

enum class Tls { require, optional, never };

std::string joined(const std::vector<std::string>& texts) {
    std::string result;
    for (const auto& text : texts)
        result += text + "|";
    return result;
}

// What a getter gives for `key = <value>`, as text, and the problems behind it.
std::string got(const char* value, const std::function<std::string(Section&)>& getter) {
    auto document = Document::parse(std::string("key = ") + value, "t.toml");
    Section root = document.root();
    std::string result = getter(root);
    for (const auto& problem : document.problems())
        result += " ! " + problem.text();
    return result;
}

struct Case {
    const char* value;
    const char* result;
};

void expect(const std::function<std::string(Section&)>& getter, std::initializer_list<Case> cases) {
    for (const auto& [value, result] : cases)
        EXPECT_EQ(got(value, getter), result) << value;
}

TEST(Section, TextsAreTexts) {
    const auto text = [](Section& s) { return s.text("key", "fallback"); };
    expect(text,
           {{"\"abc\"", "abc"},
            {"'abc'", "abc"},
            {"\"\"", ""},
            {"\"\"\"\na\nb\"\"\"", "a\nb"},
            {"5", "fallback ! t.toml:1:7: key is the number 5; a text in quotes was expected"},
            {"true", "fallback ! t.toml:1:7: key is true; a text in quotes was expected"},
            {"[\"a\"]", "fallback ! t.toml:1:7: key is a list; a text in quotes was expected"},
            {"{ a = 1 }", "fallback ! t.toml:1:7: key is a table; a text in quotes was expected"},
            {"1979-05-27", "fallback ! t.toml:1:7: key is a date; a text in quotes was expected"}});
}

TEST(Section, BooleansAreTrueOrFalse) {
    const auto boolean = [](Section& s) {
        return std::string(s.boolean("key", true) ? "yes" : "no");
    };
    expect(boolean,
           {{"true", "yes"},
            {"false", "no"},
            {"\"false\"", "no"},
            {"\"no\"", "yes ! t.toml:1:7: key is the text \"no\"; true or false was expected"},
            {"0", "yes ! t.toml:1:7: key is the number 0; true or false was expected"}});
}

TEST(Section, IntegersHaveBounds) {
    const auto integer = [](Section& s) { return std::to_string(s.integer("key", 7, 1, 100)); };
    const std::string wanted = "; a whole number from 1 to 100 was expected";
    expect(integer, {{"1", "1"},
                     {"100", "100"},
                     {"\"50\"", "50"},
                     {"0", ("7 ! t.toml:1:7: key is the number 0" + wanted).c_str()},
                     {"101", ("7 ! t.toml:1:7: key is the number 101" + wanted).c_str()},
                     {"5.5", ("7 ! t.toml:1:7: key is the number 5.5" + wanted).c_str()},
                     {"\"five\"", ("7 ! t.toml:1:7: key is the text \"five\"" + wanted).c_str()},
                     {"\"5 \"", ("7 ! t.toml:1:7: key is the text \"5 \"" + wanted).c_str()},
                     {"false", ("7 ! t.toml:1:7: key is false" + wanted).c_str()}});
}

TEST(Section, DurationsNeedAUnit) {
    const auto duration = [](Section& s) {
        return std::to_string(
            s.duration("key", milliseconds(7), milliseconds(0), std::chrono::hours(24)).count());
    };
    const std::string wanted =
        "; a duration from 0ms to 1d was expected, like \"500ms\" \"5s\" \"2m\"";
    expect(
        duration,
        {{"\"500ms\"", "500"},
         {"\"5s\"", "5000"},
         {"\"2m\"", "120000"},
         {"\"1h\"", "3600000"},
         {"\"1d\"", "86400000"},
         {"0", "0"},
         {"\"0\"", "0"},
         {"5", "7 ! t.toml:1:7: key is the number 5; a duration needs a unit: \"5s\" or \"5ms\""},
         {"\"2d\"", ("7 ! t.toml:1:7: key is the text \"2d\"" + wanted).c_str()},
         {"\"1h30m\"", ("7 ! t.toml:1:7: key is the text \"1h30m\"" + wanted).c_str()},
         {"\"soon\"", ("7 ! t.toml:1:7: key is the text \"soon\"" + wanted).c_str()},
         {"\"-5s\"", ("7 ! t.toml:1:7: key is the text \"-5s\"" + wanted).c_str()},
         {"\"9999999999999999999d\"",
          ("7 ! t.toml:1:7: key is the text \"9999999999999999999d\"" + wanted).c_str()},
         {"true", ("7 ! t.toml:1:7: key is true" + wanted).c_str()}});
}

TEST(Section, SizesAreOctetsOrHaveAUnit) {
    const auto size = [](Section& s) { return std::to_string(s.size("key", 7, 1, 1 << 30)); };
    const std::string wanted =
        "; a size from 1 to 1073741824 octets was expected, like \"10k\" \"50m\" \"1g\"";
    expect(size, {{"\"10k\"", "10240"},
                  {"\"50m\"", "52428800"},
                  {"\"1g\"", "1073741824"},
                  {"\"1G\"", "1073741824"},
                  {"\"10kb\"", "10240"},
                  {"\"512\"", "512"},
                  {"512", "512"},
                  {"0", ("7 ! t.toml:1:7: key is the number 0" + wanted).c_str()},
                  {"-1", ("7 ! t.toml:1:7: key is the number -1" + wanted).c_str()},
                  {"\"2g\"", ("7 ! t.toml:1:7: key is the text \"2g\"" + wanted).c_str()},
                  {"\"99999999999g\"",
                   ("7 ! t.toml:1:7: key is the text \"99999999999g\"" + wanted).c_str()},
                  {"\"10x\"", ("7 ! t.toml:1:7: key is the text \"10x\"" + wanted).c_str()},
                  {"\"k\"", ("7 ! t.toml:1:7: key is the text \"k\"" + wanted).c_str()}});
}

TEST(Section, ListsOfTextsMayBeOneText) {
    const auto texts = [](Section& s) { return joined(s.texts("key", {"fallback"})); };
    expect(texts, {{"[\"a\", \"b\"]", "a|b|"},
                   {"\"a\"", "a|"},
                   {"[]", ""},
                   {"[\"a\", 5]",
                    "fallback| ! t.toml:1:13: key is the number 5; a text in quotes, or a list of "
                    "them, was expected"},
                   {"5",
                    "fallback| ! t.toml:1:7: key is the number 5; a text in quotes, or a list of "
                    "them, was expected"}});
}

TEST(Section, ChoicesNameTheNearestWordAndAll) {
    const auto choice = [](Section& s) {
        const auto tls = s.choice<Tls>(
            "key", {{"require", Tls::require}, {"optional", Tls::optional}, {"never", Tls::never}},
            Tls::optional);
        return std::to_string(static_cast<int>(tls));
    };
    expect(choice, {{"\"require\"", "0"},
                    {"\"never\"", "2"},
                    {"\"requre\"",
                     "1 ! t.toml:1:7: key is the text \"requre\"; did you mean \"require\"? "
                     "one of \"require\", \"optional\", \"never\" was expected"},
                    {"\"always\"",
                     "1 ! t.toml:1:7: key is the text \"always\"; one of \"require\", "
                     "\"optional\", \"never\" was expected"},
                    {"true",
                     "1 ! t.toml:1:7: key is true; one of \"require\", \"optional\", \"never\" was "
                     "expected"}});
}

TEST(Section, SecretsAreNeverRepeated) {
    const auto secret = [](Section& s) { return std::string(s.secret("key").reveal()); };
    expect(secret,
           {{"\"tiger\"", "tiger"},
            {"12345", " ! t.toml:1:7: key is a number; a text in quotes was expected"},
            {"[\"a\", \"b\"]", " ! t.toml:1:7: key is a list; one text in quotes was expected"},
            {"[4711]", " ! t.toml:1:8: key is a number; a text in quotes was expected"}});
    const auto secrets = [](Section& s) {
        std::string result;
        for (const auto& each : s.secrets("key"))
            result += std::string(each.reveal()) + "|";
        return result;
    };
    expect(secrets, {{"\"a\"", "a|"}, {"[\"a\", \"b\"]", "a|b|"}, {"[]", ""}});
}

TEST(Section, MissingKeysGiveTheFallback) {
    auto document = Document::parse("[a]\n", "t.toml");
    Section s = document.root().table("a");
    EXPECT_EQ(s.text("x", "f"), "f");
    EXPECT_TRUE(s.boolean("x", true));
    EXPECT_EQ(s.integer("x", 5, 1, 3), 5);
    EXPECT_EQ(s.duration("x", milliseconds(3)).count(), 3);
    EXPECT_EQ(s.size("x", 4), 4u);
    EXPECT_EQ(joined(s.texts("x", {"f"})), "f|");
    EXPECT_TRUE(s.secret("x").empty());
    EXPECT_TRUE(s.list("x").empty());
    EXPECT_TRUE(s.tables("x").empty());
    EXPECT_FALSE(s.has("x"));
    EXPECT_EQ(all_problems(document), "");
    s.required_text("url");
    EXPECT_EQ(all_problems(document), "t.toml:1:1: a.url is missing; write url = \"...\"\n");
}

TEST(Section, TablesComeInTheOrderOfTheFile) {
    auto document = Document::parse(R"(
[next-hop.zeta]
type = "smtp"
[next-hop.alpha]
type = "maildir"
[next-hop."my.drop"]
type = "maildir"
)",
                                    "t.toml");
    std::string names;
    for (auto& [name, section] : document.root().tables("next-hop"))
        names += name + "=" + section.name() + ":" + section.text("type") + " ";
    EXPECT_EQ(names,
              "zeta=next-hop.zeta:smtp alpha=next-hop.alpha:maildir "
              "my.drop=next-hop.\"my.drop\":maildir ");
    document.report_unknown_keys();
    EXPECT_EQ(all_problems(document), "");
}

TEST(Section, TablesMayBeDottedInlineOrMissing) {
    auto document = Document::parse(R"(
a.b.c = 1
d = { e = 2 }
[f.g]
h = 3
)",
                                    "t.toml");
    Section root = document.root();
    EXPECT_EQ(root.table("a").table("b").integer("c", 0, 0, 9), 1);
    EXPECT_EQ(root.table("d").integer("e", 0, 0, 9), 2);
    EXPECT_EQ(root.table("f").table("g").integer("h", 0, 0, 9), 3);
    EXPECT_EQ(root.table("x").table("y").integer("z", 8, 0, 9), 8);
    EXPECT_EQ(root.table("x").table("y").name(), "x.y");
    document.report_unknown_keys();
    EXPECT_EQ(all_problems(document), "");
}

TEST(Section, ListsOfTablesAreReadOneByOne) {
    auto document = Document::parse(R"(
[[people]]
name = "jane"
[[people]]
name = "joe"
)",
                                    "t.toml");
    std::string names;
    for (auto& person : document.root().list("people"))
        names += person.required_text("name") + " ";
    EXPECT_EQ(names, "jane joe ");
    document.report_unknown_keys();
    EXPECT_EQ(all_problems(document), "");
}

TEST(Section, WrongShapesOfTablesAreExplained) {
    auto document = Document::parse(R"(
one = 5
[two]
a = 1
b.c = 2
[[three]]
[four]
list = [1]
)",
                                    "t.toml");
    Section root = document.root();
    root.table("one");
    root.tables("two");
    root.table("three");
    root.list("four");
    root.table("four").list("list");
    EXPECT_EQ(all_problems(document),
              "t.toml:2:7: one is the number 5; a section [one] was expected\n"
              "t.toml:4:5: two.a is the number 1; a section [two.a] was expected\n"
              "t.toml:6:1: three is a list; write [three] with single brackets, once\n"
              "t.toml:7:1: four is a table; sections [[four]] were expected\n"
              "t.toml:8:9: four.list is the number 1; sections [[four.list]] were expected\n");
}

TEST(Section, CopiesShareWhatWasRead) {
    auto document = Document::parse("[a]\nx = 1\ny = 2\n", "t.toml");
    Section first = document.root().table("a");
    Section second = document.root().table("a");
    Section third = first;
    first.integer("x", 0, 0, 9);
    third.integer("y", 0, 0, 9);
    second = first;
    document.report_unknown_keys();
    EXPECT_EQ(all_problems(document), "");
}

TEST(Section, OutlivesItsDocument) {
    auto section = Document::parse("[a]\nx = \"y\"\n", "t.toml").root().table("a");
    EXPECT_EQ(section.text("x"), "y");
    section.problem("x", "late", "");
}

TEST(Section, RecordsWhatComponentsFind) {
    auto document = Document::parse("[a]\nx = \"y\"\n", "t.toml");
    Section section = document.root().table("a");
    section.problem("x", "x leads nowhere", "take y");
    section.problem("z", "z would be needed", "");
    section.problem("", "this section is odd", "");
    section.problem("x", "x leads nowhere", "take y");
    EXPECT_EQ(all_problems(document),
              "t.toml:1:1: this section is odd\n"
              "t.toml:1:1: z would be needed\n"
              "t.toml:2:5: x leads nowhere; take y\n");
}

}  // namespace
}  // namespace postern::config
