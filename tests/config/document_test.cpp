// Files: reading, merging, replacing %{...}%, and the keys that nobody asked for.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/scripted_environment.hpp"
#include "config/section.hpp"

namespace postern::config {
namespace {

class Files {
 public:
    Files() {
        std::string name =
            (std::filesystem::temp_directory_path() / "postern-config-XXXXXX").string();
        if (!mkdtemp(name.data())) std::abort();
        directory_ = name;
    }
    ~Files() { std::filesystem::remove_all(directory_); }

    std::string write(const std::string& name, const std::string& content) const {
        const auto path = directory_ / name;
        std::ofstream(path, std::ios::binary) << content;
        return path.string();
    }
    // The problems, with the directory taken out.
    std::string problems(const Document& document) const {
        std::string text = all_problems(document);
        const std::string prefix = directory_.string() + "/";
        for (std::size_t at; (at = text.find(prefix)) != std::string::npos;)
            text.erase(at, prefix.size());
        return text;
    }
    std::string path(const std::string& name) const { return (directory_ / name).string(); }

 private:
    std::filesystem::path directory_;
};

TEST(Document, LaterFilesAddSectionsAndKeys) {
    const Files files;
    auto document = Document::load(
        {files.write("a.toml", "[server]\nhostname = \"a\"\n[[people]]\nname = \"1\"\n"),
         files.write("b.toml",
                     "[server]\nworkers = 2\n[log]\nlevel = \"info\"\n"
                     "[[people]]\nname = \"2\"\n")});
    Section root = document.root();
    EXPECT_EQ(root.table("server").text("hostname"), "a");
    EXPECT_EQ(root.table("server").integer("workers", 0, 0, 9), 2);
    EXPECT_EQ(root.table("log").text("level"), "info");
    EXPECT_EQ(root.list("people").size(), 2u);
    EXPECT_EQ(files.problems(document), "");
}

TEST(Document, AKeySetInTwoFilesNamesBothPlaces) {
    const Files files;
    auto document =
        Document::load({files.write("a.toml", "[server]\nhostname = \"a\"\nlist = [1]\n"),
                        files.write("b.toml", "[server]\n\nhostname = \"b\"\nlist = [2]\n"),
                        files.write("c.toml", "server = 1\n")});
    EXPECT_EQ(files.problems(document),
              "b.toml:3:1: server.hostname is set twice; the first is at a.toml:2:1\n"
              "b.toml:4:1: server.list is set twice; the first is at a.toml:3:1\n"
              "c.toml:1:1: server is set twice; the first is at a.toml:1:2\n");
    EXPECT_EQ(document.root().table("server").text("hostname"), "a");
}

TEST(Document, AKeySetTwiceInOneFileNamesBothPlaces) {
    const std::pair<const char*, const char*> cases[] = {
        {"a = 1\nb = 2\na = 3\n", "t.toml:3:1: \"a\" is set twice; the first is at t.toml:1:1\n"},
        {"[x]\na = 1\n[y]\na = 2\na = 3\n",
         "t.toml:5:1: \"a\" is set twice; the first is at t.toml:4:1\n"},
        {"[x]\na.b = 1\na.b = 2\n",
         "t.toml:3:1: \"a.b\" is set twice; the first is at t.toml:2:3\n"},
        {"[x.y]\n[z]\n[x.y]\n", "t.toml:3:1: \"x.y\" is set twice; the first is at t.toml:1:4\n"},
        {"[[x]]\na = 1\n[[x]]\na = 1\na = 2\n",
         "t.toml:5:1: \"a\" is set twice; the first is at t.toml:4:1\n"},
        {"t = { a = 1, a = 2 }\n", "t.toml:1:14: \"a\" is set twice; write it once\n"},
    };
    for (const auto& [content, problems] : cases)
        EXPECT_EQ(all_problems(Document::parse(content, "t.toml")), problems) << content;
}

TEST(Document, WhatIsNotTomlHasItsPlace) {
    const std::pair<const char*, const char*> cases[] = {
        {"a = \n", "t.toml:1:5: "},    {"a = 1\nb = [1,\n", "t.toml:2:9: "},
        {"a = \"x\n", "t.toml:1:7: "}, {"[a\n", "t.toml:1:3: "},
        {"a == 1\n", "t.toml:1:4: "},  {"\xff\n", "t.toml:1:1: "},
    };
    for (const auto& [content, place] : cases) {
        const std::string problems = all_problems(Document::parse(content, "t.toml"));
        EXPECT_TRUE(problems.starts_with(place)) << content << problems;
        EXPECT_TRUE(problems.ends_with("; this is not TOML\n") ||
                    problems.ends_with("; texts stand in quotes\n"))
            << problems;
    }
}

TEST(Document, ABareWordIsTakenForATextWithoutQuotes) {
    for (const char* content : {"a = yes\n", "a = [yes]\n", "a = [ }\n"}) {
        const std::string problems = all_problems(Document::parse(content, "t.toml"));
        EXPECT_TRUE(problems.ends_with(": this is no value; texts stand in quotes\n")) << problems;
    }
}

TEST(Document, CharactersOutsideAsciiStandInTextsAndComments) {
    const std::string wanted = ": this character stands outside of quotes; this is not TOML\n";
    EXPECT_EQ(all_problems(Document::parse("a = 1\n\xc2\xbc", "t.toml")), "t.toml:2:1" + wanted);
    EXPECT_EQ(all_problems(Document::parse("a = \xc2\xa0 1", "t.toml")), "t.toml:1:5" + wanted);
    auto document = Document::parse("\xef\xbb\xbf# \xc2\xbc\na = '\xc2\xbc'\n", "t.toml");
    EXPECT_EQ(document.root().text("a"), "\xc2\xbc");
    EXPECT_EQ(all_problems(document), "");
}

TEST(Document, HostileNestingIsRefusedAndNotFollowed) {
    const auto repeated = [](const std::string& text, int count) {
        std::string result;
        for (int i = 0; i < count; ++i)
            result += text;
        return result;
    };
    const std::string hint = "; at most 16 brackets inside each other and 16 parts in a key\n";
    const std::pair<std::string, std::string> cases[] = {
        {"a = " + std::string(100000, '['), "1:21"},
        {"a = " + repeated("{a=", 100000), "1:53"},
        {repeated("a.", 100000) + "a = 1", "1:32"},
        {"[" + repeated("a.", 100000) + "a]", "1:33"},
        {"a = '''''' \nb = " + std::string(100000, '['), "2:21"},
        {"a = [\"\"\"x\"\"\"\"\", " + std::string(100000, '['), "1:32"},
        {"a = '\\' # \"\nb = " + std::string(100, '['), "2:21"},
    };
    for (const auto& [content, place] : cases)
        EXPECT_EQ(all_problems(Document::parse(content, "t.toml")),
                  "t.toml:" + place + ": the settings are nested too deeply here" + hint)
            << content.substr(0, 40);
    const std::string fine =
        "a = \"" + std::string(1000, '.') + "[[[[[[[[[[[[[[[[[[[[\" # " + std::string(100, '[');
    EXPECT_EQ(all_problems(Document::parse(fine, "t.toml")), "");
}

TEST(Document, FilesThatCannotBeReadAreProblems) {
    const Files files;
    auto document =
        Document::load({files.path("none.toml"), files.write("a.toml", "x = 1"), files.path("")});
    EXPECT_EQ(files.problems(document).substr(0, 80),
              "none.toml: the file cannot be read: No such file or directory\n" +
                  files.problems(document).substr(62, 18));
    EXPECT_EQ(document.problems().size(), 2u);
    EXPECT_EQ(document.root().integer("x", 0, 0, 9), 1);
    const auto huge = Document::load({files.write("huge.toml", std::string(17 << 20, '#'))});
    EXPECT_EQ(files.problems(huge),
              "huge.toml: the file cannot be read: it has more than 16777216 octets\n");
}

TEST(Document, NothingIsMissingWhileAFileIsUnread) {
    const Files files;
    auto document =
        Document::load({files.write("a.toml", "[a]\n"), files.write("b.toml", "[a]\nurl = \n")});
    document.root().table("a").required_text("url");
    EXPECT_EQ(document.problems().size(), 1u);
}

TEST(Document, EmptyIsFine) {
    auto none = Document::load({});
    EXPECT_FALSE(none.root().has("x"));
    none.root().required_text("x");
    EXPECT_EQ(none.problems().size(), 1u);
    auto empty = Document::parse("", "t.toml");
    empty.root().required_text("x");
    EXPECT_EQ(all_problems(empty), "t.toml:1:1: x is missing; write x = \"...\"\n");
}

TEST(Document, UnknownKeysNameTheNearestKeyThatSomebodyAskedFor) {
    auto document = Document::parse(R"(
hostnam = "a"
[sesion.auth]
x = 1
[server]
worker = 2
zzz = 1
tls.implict = true
[[people]]
nmae = "x"
)",
                                    "t.toml");
    Section root = document.root();
    root.text("hostname");
    root.table("session");
    Section server = root.table("server");
    server.integer("workers", 1, 1, 9);
    server.table("tls").boolean("implicit", false);
    for (auto& person : root.list("people"))
        person.text("name");
    document.report_unknown_keys();
    document.report_unknown_keys();
    EXPECT_EQ(all_problems(document),
              "t.toml:2:1: unknown key \"hostnam\"; did you mean \"hostname\"?\n"
              "t.toml:3:2: unknown section \"sesion\"; did you mean \"session\"?\n"
              "t.toml:6:1: unknown key \"worker\" in server; did you mean \"workers\"?\n"
              "t.toml:7:1: unknown key \"zzz\" in server; known here: tls, workers\n"
              "t.toml:8:5: unknown key \"implict\" in server.tls; did you mean \"implicit\"?\n"
              "t.toml:10:1: unknown key \"nmae\" in people; did you mean \"name\"?\n");
}

TEST(Document, UnknownKeysAskingWhetherAKeyIsThereIsNotReadingIt) {
    auto document = Document::parse("lokup = 1\nthere = 1\n", "t.toml");
    Section root = document.root();
    EXPECT_FALSE(root.has("lookup"));
    EXPECT_TRUE(root.has("there"));
    document.report_unknown_keys();
    EXPECT_EQ(all_problems(document),
              "t.toml:1:1: unknown key \"lokup\"; did you mean \"lookup\"?\n"
              "t.toml:2:1: unknown key \"there\"; known here: lookup\n");
}

struct Replacement {
    const char* written;
    const char* text;
};

TEST(Document, ReplacesEnvironmentVariablesAndFiles) {
    ScriptedEnvironment environment;
    environment.variables = {{"USER", "jane"},
                             {"EMPTY", ""},
                             {"ODD", "p@ss/w:rd %"},
                             {"LOOP", "%{env:USER}%"},
                             {"URL", "ldap://h"}};
    environment.files = {
        {"/run/s", "tiger\n"}, {"/run/two", "tiger\n\n"}, {"/run/crlf", "tiger\r\n"}};
    const Replacement cases[] = {
        {"%{env:USER}%", "jane"},
        {"a%{env:USER}%b%{env:USER}%c", "ajanebjanec"},
        {"%{env:EMPTY}%", ""},
        {"%{env:ODD}%", "p@ss/w:rd %"},
        {"%{env:LOOP}%", "%{env:USER}%"},
        {"%{file:/run/s}%", "tiger"},
        {"%{file:/run/two}%", "tiger\n"},
        {"%{file:/run/crlf}%", "tiger"},
        {"postgresql://u:%{env:ODD}%@h/", "postgresql://u:p%40ss%2Fw%3Ard%20%25@h/"},
        {"%{env:URL}%", "ldap://h"},
        {"100%", "100%"},
        {"%{nothing}% %{env:USER}%", "%{nothing}% jane"},
        {"%{nothing}%", "%{nothing}%"},
        {"{env:USER}%", "{env:USER}%"},
    };
    for (const auto& [written, text] : cases) {
        auto document =
            Document::parse("key = '" + std::string(written) + "'", "t.toml", environment);
        EXPECT_EQ(document.root().text("key"), text) << written;
        EXPECT_EQ(document.root().secret("key").reveal(), text) << written;
        EXPECT_EQ(all_problems(document), "") << written;
    }
}

// Otherwise what is published in the file would be the password.
TEST(Document, AMacroWithoutItsEndIsAMistake) {
    const ScriptedEnvironment environment;
    for (const auto* written : {"%{env:USER", "%{env:USER}", "%{file:/run/s} x", "a %{env:"}) {
        auto document =
            Document::parse("key = '" + std::string(written) + "'", "t.toml", environment);
        document.root().secret("key");
        EXPECT_NE(all_problems(document).find("a macro ends with }%"), std::string::npos)
            << written;
    }
}

TEST(Document, ReplacedTextsAreNumbersAndWordsToo) {
    ScriptedEnvironment environment;
    environment.variables = {{"N", "42"}, {"B", "true"}, {"D", "5s"}, {"L", "b"}};
    auto document = Document::parse(R"(
n = "%{env:N}%"
b = "%{env:B}%"
d = "%{env:D}%"
l = ["a", "%{env:L}%"]
)",
                                    "t.toml", environment);
    Section root = document.root();
    EXPECT_EQ(root.integer("n", 0, 0, 99), 42);
    EXPECT_TRUE(root.boolean("b", false));
    EXPECT_EQ(root.duration("d", {}).count(), 5000);
    EXPECT_EQ(root.texts("l")[1], "b");
    EXPECT_EQ(all_problems(document), "");
}

TEST(Document, MessagesShowTheSettingAsWritten) {
    ScriptedEnvironment environment;
    environment.variables = {{"SECRET", "tiger"}};
    auto document = Document::parse(R"(
a = "%{env:SECRET}%"
b = "%{env:SECRET}%"
c = "%{env:NONE}%"
d = "%{file:/none}%"
e = "%{evn:SECRET}%"
f = "%{env:SECRET}% == 'x'"
)",
                                    "t.toml", environment);
    Section root = document.root();
    root.integer("a", 0, 0, 9);
    enum class Word { one };
    root.choice<Word>("b", {{"one", Word::one}}, Word::one);
    root.text("c");
    root.secret("d");
    root.text("e");
    root.expression("f", {}, {});
    EXPECT_EQ(
        all_problems(document),
        "t.toml:2:5: a is the text \"%{env:SECRET}%\"; a whole number from 0 to 9 was expected\n"
        "t.toml:3:5: b is the text \"%{env:SECRET}%\"; one of \"one\" was expected\n"
        "t.toml:4:5: c: the environment variable of %{env:NONE}% is not set\n"
        "t.toml:5:5: d: the file of %{file:/none}% cannot be read: it is not there\n"
        "t.toml:6:5: e: %{evn:SECRET}% is neither %{env:NAME}% nor %{file:/path}%\n"
        "t.toml:7:5: f: \"%{env:SECRET}% == 'x'\" stands in an expression; "
        "expressions are taken as written: %{...}% works in other settings only\n");
    EXPECT_EQ(all_problems(document).find("tiger"), std::string::npos);
}

TEST(Document, TheRealEnvironmentReadsVariablesAndRegularFilesOnly) {
    const Files files;
    const Document::Environment environment;
    ::setenv("POSTERN_CONFIG_TEST", "value", 1);
    EXPECT_EQ(environment.variable("POSTERN_CONFIG_TEST"), "value");
    ::unsetenv("POSTERN_CONFIG_TEST");
    EXPECT_EQ(environment.variable("POSTERN_CONFIG_TEST"), std::nullopt);
    std::string why;
    EXPECT_EQ(environment.file(files.write("s", "tiger\n"), why), "tiger\n");
    EXPECT_EQ(environment.file(files.write("e", ""), why), "");
    EXPECT_EQ(why, "");
    const std::string huge(Document::Environment::largest_file + 1, 'x');
    for (const auto& irregular :
         {files.write("huge", huge), std::string("/dev/zero"), std::string("/")}) {
        EXPECT_EQ(environment.file(irregular, why), std::nullopt) << irregular;
        EXPECT_EQ(why, "it is no regular file of at most 1048576 octets");
    }
    EXPECT_EQ(environment.file(files.path("none"), why), std::nullopt);
    EXPECT_EQ(why, "No such file or directory");
}

TEST(Document, SaysNothingMoreAboutATextThatNobodyKnows) {
    auto document = Document::parse("a = \"%{file:/nowhere}%\"\n", "t.toml");
    Section root = document.root();
    EXPECT_TRUE(root.secret("a").empty());
    root.problem("a", "this is too short", "more of it");
    EXPECT_EQ(all_problems(document),
              "t.toml:1:5: a: the file of %{file:/nowhere}% cannot be read: No such file or "
              "directory\n");
}

TEST(Document, ListsAtMostTwoHundredMistakes) {
    std::string content;
    for (int i = 0; i < 1000; ++i)
        content += "key" + std::to_string(i) + " = 1\n";
    auto document = Document::parse(content, "t.toml");
    document.report_unknown_keys();
    const auto problems = document.problems();
    ASSERT_EQ(problems.size(), 201u);
    EXPECT_EQ(problems.back().what, "there are more mistakes than these");
}

TEST(Document, NoControlCharacterReachesTheTerminal) {
    auto document = Document::parse("\"a\\u001b[2J\" = 1\nb = \"\\n\\u0007\"\n", "t.toml");
    document.root().integer("b", 0, 0, 9);
    document.report_unknown_keys();
    for (const char c : all_problems(document))
        EXPECT_TRUE(c == '\n' || (c >= ' ' && c != 0x7f));
    EXPECT_EQ(document.problems().size(), 2u);
}

}  // namespace
}  // namespace postern::config
