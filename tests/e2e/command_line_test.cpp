// The subcommands, their output and their exit status (BEHAVIOUR 7: 0 good, 1 the answer is no, 75
// cannot tell now, 78 configuration, 64 usage).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/gateway.hpp"

namespace postern::test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

Finished postern(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), postern_program());
    return run({.arguments = std::move(arguments)});
}

TEST(CommandLine, TellsItsVersion) {
    const auto version = postern({"version"});
    EXPECT_EQ(version.status, 0);
    EXPECT_THAT(version.output, HasSubstr("0.1.0"));
}

TEST(CommandLine, HelpsEverywhereWithAnExample) {
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"--help"},
                                               {"serve", "--help"},
                                               {"check", "--help"},
                                               {"auth", "--help"},
                                               {"lookup", "--help"},
                                               {"explain", "--help"},
                                               {"hash", "--help"},
                                               {"limits", "--help"},
                                               {"limits", "show", "--help"},
                                               {"limits", "clear", "--help"},
                                               {"migrate", "--help"},
                                               {"users", "--help"},
                                               {"users", "add", "--help"},
                                               {"users", "import", "--help"},
                                               {"version", "--help"}}) {
        const auto help = postern(arguments);
        EXPECT_EQ(help.status, 0) << arguments.front();
        EXPECT_THAT(help.output, HasSubstr("xample")) << arguments.front();
    }
}

TEST(CommandLine, CallsWrongUsageSo) {
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {}, {"no-such-command"}, {"serve", "--no-such-option"}, {"auth"}}) {
        EXPECT_EQ(postern(arguments).status, 64)
            << (arguments.empty() ? "nothing" : arguments.front());
    }
}

TEST(CommandLine, CallsAMissingSettingsFileAConfigurationError) {
    const auto missing = postern({"check", "--config", "/nonexistent/postern.toml"});
    EXPECT_EQ(missing.status, 78);
    EXPECT_THAT(missing.errors + missing.output, HasSubstr("/nonexistent/postern.toml"));
}

TEST(CommandLine, FindsItsSettingsInTheEnvironment) {
    Installation installation(maildir_settings());
    const auto checked = run({.arguments = {postern_program(), "check"},
                              .environment = {{"POSTERN_CONFIG", installation.settings_file()}}});
    EXPECT_EQ(checked.status, 0) << checked.errors;
}

TEST(Check, IsContentWithGoodSettings) {
    Installation installation(maildir_settings());
    const auto checked = installation.command({"check"});
    EXPECT_EQ(checked.status, 0) << checked.output << checked.errors;
}

TEST(Check, NamesFileLineAndColumnOfEveryMistakeAtOnce) {
    auto settings = replaced(maildir_settings(), "total = 3", "totl = 3");
    settings = replaced(settings, "wait = \"1s\"", "wait = \"1 fortnight\"");
    Installation installation(settings);
    const auto file = installation.settings_file().string();
    for (const char* command : {"check", "serve"}) {
        const auto checked = installation.command({command});
        const auto said = checked.output + checked.errors;
        EXPECT_EQ(checked.status, 78) << command << said;
        EXPECT_THAT(said, ::testing::ContainsRegex("postern\\.toml:[0-9]+:[0-9]+: [^\n]*totl"));
        EXPECT_THAT(said, ::testing::ContainsRegex("postern\\.toml:[0-9]+:[0-9]+: [^\n]*wait"));
        EXPECT_THAT(said, HasSubstr(file + ":"));
        EXPECT_THAT(said, HasSubstr("total")) << "the nearest known key";
    }
}

TEST(Check, ABackendThatIsNotInstalledIsAMistake) {
    const std::string fixtures = POSTERN_SOURCE_DIR "/tests/config/fixtures/";
    const test::TemporaryDirectory folder;
    test::write_file(folder / "plugins.toml",
                     "server.plugins = \"" + folder.path().string() + "\"\n");
    for (const auto* command : {"check", "serve"}) {
        const auto told =
            postern({command, "--config", fixtures + "older.toml", "--config",
                     fixtures + "older-site.toml", "--config", folder / "plugins.toml"});
        EXPECT_EQ(told.status, 78) << told.output;
        EXPECT_THAT(told.errors, HasSubstr("older.toml:18:12: no directory backend of type "
                                           "\"imap\" in " +
                                           folder.path().string()));
    }
}

struct Mistake {
    std::string name, find, write, mentioned;
};
std::ostream& operator<<(std::ostream& out, const Mistake& mistake) {
    return out << mistake.name;
}

class WrongSettings : public ::testing::TestWithParam<Mistake> {};

TEST_P(WrongSettings, StopTheStartWith78AndTheLine) {
    const auto& mistake = GetParam();
    Installation installation(replaced(maildir_settings(), mistake.find, mistake.write));
    const auto checked = installation.command({"serve"});
    const auto said = checked.output + checked.errors;
    EXPECT_EQ(checked.status, 78) << said;
    EXPECT_THAT(said, HasSubstr(mistake.mentioned));
    EXPECT_THAT(said, ::testing::ContainsRegex("postern\\.toml:[0-9]+:[0-9]+: "));
    EXPECT_THAT(said, Not(HasSubstr(std::string(jane_password))));
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryKind, WrongSettings,
    ::testing::Values(
        Mistake{"Syntax", "[session.relay]", "[session.relay", "postern.toml"},
        Mistake{"UnknownSection", "[session.limits]", "[session.limit]", "limits"},
        Mistake{"UnknownDirectoryType", "type = \"memory\"", "type = \"memroy\"", "memory"},
        Mistake{"UnknownDirectory", "directory = \"'people'\"", "directory = \"'poeple'\"",
                "people"},
        Mistake{"UnknownNextHop", "next-hop = \"'drop'\"", "next-hop = \"'dorp'\"", "drop"},
        Mistake{"UnknownNextHopType", "type = \"maildir\"", "type = \"mbox\"", "maildir"},
        Mistake{"UnknownMechanism", "[plain, login]", "[plain, logon]", "logon"},
        Mistake{"BadExpression", "is_tls", "is_tsl", "is_tsl"},
        Mistake{"BadSize", "\"60m\"", "\"sixty\"", "message-size"},
        Mistake{"BadBind", "bind = [\"127.0.0.1:", "bind = [\"127.0.0.one:", "bind"},
        Mistake{"MissingCertificate", "cert = \"${cert}\"", "cert = \"/nonexistent.pem\"",
                "/nonexistent.pem"},
        Mistake{"KeyOfAnother", "private-key = \"${key}\"",
                "private-key = \"${directory}/ca-key.pem\"", "ca-key.pem"},
        Mistake{"BadSecret", "$argon2id$v=19", "$argon2id$v=x", "secret"},
        Mistake{"WrongType", "require = true", "require = 3", "require"},
        Mistake{"BadLogLevel", "level = \"debug\"", "level = \"chatty\"", "level"}),
    [](const auto& info) { return info.param.name; });

TEST(Auth, AnswersByItsExitStatus) {
    Installation installation(maildir_settings());
    const auto accepted = installation.command({"auth", "jane"}, std::string(jane_password) + "\n");
    EXPECT_EQ(accepted.status, 0) << accepted.output << accepted.errors;
    EXPECT_THAT(accepted.output, HasSubstr("jane@example.org"));
    EXPECT_THAT(accepted.output + accepted.errors, Not(HasSubstr(std::string(jane_password))));

    EXPECT_EQ(installation.command({"auth", "joe"}, std::string(joe_password) + "\n").status, 0);
    EXPECT_EQ(installation.command({"auth", "jane"}, "wrong\n").status, 1);
    EXPECT_EQ(installation.command({"auth", "nobody-here"}, "wrong\n").status, 1);
    EXPECT_EQ(installation.command({"auth", "paul"}, std::string(paul_password) + "\n").status, 1);
}

// A hash of a quarter of a gigabyte may be asked for, but not computed within the directory's ten
// milliseconds.
TEST(Auth, SaysWhenItCannotTell) {
    auto settings =
        replaced(maildir_settings(), "type = \"memory\"", "type = \"memory\"\ntimeout = \"10ms\"");
    settings = replaced(settings, "m=19456,t=2", "m=262144,t=9");
    Installation installation(settings);
    const auto unknown = installation.command({"auth", "joe"}, std::string(joe_password) + "\n");
    EXPECT_EQ(unknown.status, 75) << unknown.output << unknown.errors;
}

TEST(Lookup, AnswersByItsExitStatus) {
    Installation installation(maildir_settings());
    const auto found = installation.command({"lookup", "jane"});
    EXPECT_EQ(found.status, 0) << found.output << found.errors;
    EXPECT_THAT(found.output, HasSubstr("jane@example.org"));
    EXPECT_THAT(found.output, HasSubstr("@jane.example"));
    EXPECT_THAT(found.output + found.errors, Not(HasSubstr(std::string(jane_password))));
    EXPECT_EQ(installation.command({"lookup", "nobody-here"}).status, 1);
}

TEST(Explain, SaysWhatTheSessionWouldSay) {
    struct Case {
        std::vector<std::string> arguments;
        int status;
        const char* hears;
    };
    const Case cases[] = {
        {{"--login", "jane", "--sender", "jane@example.org"}, 0, "what the next hop says"},
        {{"--login", "jane", "--sender", "JANE+x@example.org"}, 0, "owned by: subaddress"},
        {{"--login", "jane", "--sender", "anybody@jane.example"}, 0, "owned by: domain"},
        {{"--login", "jane", "--sender", ""}, 0, "the null reverse-path"},
        {{"--login", "jane", "--sender", "ceo@example.org"}, 1, "MAIL: 550 5.7.1"},
        {{"--login", "jane", "--sender", "jane@example.org", "--from", "ceo@example.org"},
         1,
         "end of data: 550 5.7.1"},
        {{"--login", "jane", "--sender", "jane@example.org", "--from", "ceo"},
         1,
         "end of data: 550 5.6.0"},
        {{"--login", "jane", "--sender", "jane@example.org", "--from", "J <jane@example.org>"},
         0,
         "owned by: address"},
        {{"--login", "jane", "--sender", "not an address"}, 1, "MAIL: 501"},
        {{"--login", "nobody", "--sender", "jane@example.org"}, 1, "AUTH: 535"},
        {{"--sender", "jane@example.org"}, 1, "MAIL: 530 5.7.0 Authentication required"},
        {{"--sender", "jane@example.org", "--in-the-clear"}, 1, "MAIL: 530 5.7.0"},
        {{"--login", "jane", "--sender", "jane@example.org", "--in-the-clear"}, 1, "AUTH: 530"},
    };
    Installation installation(maildir_settings());
    for (auto each : cases) {
        each.arguments.insert(each.arguments.begin(), "explain");
        each.arguments.insert(each.arguments.end(),
                              {"--listener", "submission", "--remote-ip", "192.0.2.1"});
        const auto explained = installation.command(each.arguments);
        EXPECT_EQ(explained.status, each.status) << explained.output << explained.errors;
        EXPECT_THAT(explained.output, HasSubstr(each.hears));
    }
    const std::vector<std::string> question{
        "explain",    "--login",    "jane",        "--sender",  "jane@example.org",
        "--listener", "submission", "--remote-ip", "192.0.2.1", "--json"};
    EXPECT_THAT(installation.command(question).output, HasSubstr("\"reply\":\"what the next hop"));
    EXPECT_EQ(
        installation
            .command({"explain", "--sender", "", "--listener", "smtpd", "--remote-ip", "192.0.2.1"})
            .status,
        64);
    EXPECT_EQ(
        installation
            .command({"explain", "--sender", "", "--listener", "submission", "--remote-ip", "here"})
            .status,
        64);
}

Finished hash(std::vector<std::string> arguments, const std::string& input) {
    arguments.insert(arguments.begin(), {postern_program(), "hash"});
    return run({.arguments = std::move(arguments), .environment = {}, .input = input});
}

// The first line, without its end.
std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

TEST(Hash, MakesOneThatFitsItsPasswordAndNoOther) {
    Installation installation(replaced(maildir_settings(), "[server]",
                                       "[server.hash.new]\nmemory = \"1m\"\npasses = 2\n"
                                       "lanes = 3\n[server]"));
    const auto made = installation.command({"hash"}, "correct horse\nnot read\n");
    EXPECT_EQ(made.status, 0) << made.errors;
    EXPECT_THAT(made.output, ::testing::StartsWith("{ARGON2ID}$argon2id$v=19$m=1024,t=2,p=3$"));
    const auto stored = first_line(made.output);
    EXPECT_EQ(hash({"--verify", stored}, "correct horse\n").status, 0);
    EXPECT_EQ(hash({"--verify", stored}, "correct house\n").status, 1);
    EXPECT_NE(installation.command({"hash"}, "correct horse\n").output, made.output);
}

TEST(Hash, NeedsNoSettings) {
    const auto made = run({.arguments = {postern_program(), "hash"},
                           .environment = {{"HOME", "/nonexistent"}},
                           .input = "correct horse\n"});
    EXPECT_EQ(made.status, 0) << made.errors;
    EXPECT_THAT(made.output, HasSubstr("$m=65536,t=3,p=1$"));
    EXPECT_EQ(hash({}, "").status, 64);
}

TEST(Hash, SaysWhyOneCannotBeChecked) {
    const auto unknown = hash({"--verify", "{FOO}bar"}, "x\n");
    EXPECT_EQ(unknown.status, 78);
    EXPECT_THAT(unknown.errors, HasSubstr("unknown password scheme"));
    const auto weak = hash({"--verify", "{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ=="}, "secret\n");
    EXPECT_EQ(weak.status, 0);
    EXPECT_THAT(weak.errors, HasSubstr("allow-weak-schemes"));
}

TEST(Hash, RefusesACostBeyondTheLimits) {
    Installation installation(
        replaced(maildir_settings(), "[server]", "[server.hash.new]\nmemory = \"1g\"\n[server]"));
    const auto refused = installation.command({"hash"}, "x\n");
    EXPECT_EQ(refused.status, 78);
    EXPECT_THAT(refused.errors, HasSubstr("over the limit"));
}

}  // namespace
}  // namespace postern::test
