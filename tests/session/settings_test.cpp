// [session]: which keys there are, what they default to, and what their expressions may ask.
#include "session/settings.hpp"

#include <gtest/gtest.h>

#include "session/facts.hpp"

namespace postern::session {
namespace {

using std::chrono::seconds;

struct Reading {
    Settings settings;
    std::string problems;
};

Reading read(const std::string& toml) {
    auto document = config::Document::parse(toml, "t");
    auto root = document.root();
    // Who has two directories says which one is asked.
    const bool says = toml.find("directory") != toml.npos || toml.find("lookup") != toml.npos;
    std::vector<std::string> directories{"people"};
    if (says) directories.emplace_back("remote/imap");
    Reading reading{Settings::read(root, "gate.example.org", directories, {"mta"}), ""};
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        reading.problems += problem.text() + "\n";
    return reading;
}

Facts jane() {
    Facts facts;
    facts.listener = "scanners";
    facts.remote_ip = "10.1.2.3";
    facts.principal.emplace();
    facts.principal->name = "jane";
    facts.principal->groups = {"robots"};
    facts.sender = "jane@example.org";
    return facts;
}

TEST(SessionSettings, HaveTheDefaultsOfTheContract) {
    const auto [settings, problems] = read("");
    EXPECT_EQ(problems, "");
    const Facts facts = jane();
    const auto& auth = settings.auth;
    EXPECT_EQ(settings.greeting_delay.duration(facts), seconds(0));
    EXPECT_EQ(auth.mechanisms.texts(facts), (std::vector<std::string>{"plain", "login"}));
    EXPECT_EQ(auth.directory.text(facts), "people") << "the only one";
    EXPECT_TRUE(auth.require.boolean(facts));
    EXPECT_FALSE(auth.allow_plain_text.boolean(facts));
    EXPECT_TRUE(auth.must_match_sender.boolean(facts));
    EXPECT_TRUE(auth.must_match_header_from.boolean(facts));
    EXPECT_FALSE(auth.may_act_as.boolean(facts));
    EXPECT_EQ(auth.network_principal.text(facts), "");
    EXPECT_EQ(auth.missing_from, MissingFrom::refuse);
    EXPECT_EQ(auth.resent, Resent::refuse);
    EXPECT_EQ(auth.errors_total.integer(facts), 3);
    EXPECT_EQ(auth.errors_wait.duration(facts), seconds(5));
    EXPECT_FALSE(settings.relay.add_date);
    EXPECT_FALSE(settings.relay.add_message_id);
    EXPECT_FALSE(settings.relay.normalizes_bare_newlines(facts));
    EXPECT_EQ(settings.relay.next_hop.text(facts), "mta");
}

// What a component has without any reading is what it has when nothing is written.
TEST(SessionSettings, HaveTheSameDefaultsWhereNothingIsRead) {
    const Facts facts = jane();
    const AuthSettings auth;
    EXPECT_TRUE(auth.must_match_header_from.boolean(facts));
    EXPECT_FALSE(auth.may_act_as.boolean(facts));
    EXPECT_EQ(auth.network_principal.text(facts), "");
    EXPECT_FALSE(RelaySettings().normalizes_bare_newlines(facts));
    EXPECT_EQ(Settings().greeting_delay.duration(facts), seconds(0));
}

TEST(SessionSettings, AreReadAsTheyAreWritten) {
    const auto [settings, problems] = read(R"toml(
[session]
greeting-delay = [ { if = "listener == 'scanners'", then = "5s" }, { else = 0 } ]
[session.auth]
must-match-header-from = "!contains(groups, 'robots') && sender != 'x@y.org'"
may-act-as = "authenticated_as == 'jane'"
network-principal = [ { if = "is_ip_in_cidr(remote_ip, '10.0.0.0/8')", then = "'printer'" }, { else = false } ]
missing-from = "add"
resent = "allow"
directory = "'people'"
[session.auth.errors]
total = "if_then(listener == 'scanners', 9, 3)"
wait = "1s"
[session.relay]
add-missing = ["date", "message-id"]
bare-newline = [ { if = "listener", eq = "scanners", then = "normalize" }, { else = "refuse" } ]
)toml");
    EXPECT_EQ(problems, "");
    Facts facts = jane();
    EXPECT_EQ(settings.greeting_delay.duration(facts), seconds(5));
    EXPECT_FALSE(settings.auth.must_match_header_from.boolean(facts));
    EXPECT_TRUE(settings.auth.may_act_as.boolean(facts));
    EXPECT_EQ(settings.auth.network_principal.text(facts), "printer");
    EXPECT_EQ(settings.auth.missing_from, MissingFrom::add);
    EXPECT_EQ(settings.auth.resent, Resent::allow);
    EXPECT_EQ(settings.auth.errors_total.integer(facts), 9);
    EXPECT_TRUE(settings.relay.add_date);
    EXPECT_TRUE(settings.relay.add_message_id);
    EXPECT_TRUE(settings.relay.normalizes_bare_newlines(facts));
    facts.listener = "submission";
    facts.remote_ip = "192.0.2.1";
    EXPECT_EQ(settings.greeting_delay.duration(facts), seconds(0));
    EXPECT_EQ(settings.auth.network_principal.text(facts), "");
    EXPECT_FALSE(settings.relay.normalizes_bare_newlines(facts));
    EXPECT_TRUE(read("session.relay.bare-newline = \"normalize\"")
                    .settings.relay.normalizes_bare_newlines(facts));
}

TEST(SessionSettings, LookupIsTheOlderNameOfDirectory) {
    const Facts facts = jane();
    EXPECT_EQ(read("session.auth.lookup = \"'people'\"").settings.auth.directory.text(facts),
              "people");
    EXPECT_EQ(
        read("session.auth.lookup = [ { if = 'listener', ne = 'smtp', then = 'remote/imap' }, "
             "{ else = false } ]")
            .settings.auth.directory.text(facts),
        "remote/imap");
    EXPECT_EQ(read("session.auth.lookup = \"'poeple'\"").problems,
              "t:1:23: there is no directory \"poeple\"; configured are: people, remote/imap\n");
    EXPECT_EQ(read("session.auth = { lookup = \"'people'\", directory = \"'people'\" }").problems,
              "t:1:27: session.auth.lookup stands beside directory; it is the older name of the "
              "same setting: keep one of them\n");
}

TEST(SessionSettings, AskOnlyWhatIsKnownAtTheirStage) {
    const std::tuple<const char*, const char*, const char*> cases[] = {
        {"greeting-delay", "if_then(helo_domain == 'x', 1s, 0)",
         "\"helo_domain\" has no value before EHLO"},
        {"auth.network-principal", "helo_domain", "\"helo_domain\" has no value before EHLO"},
        {"auth.mechanisms", "if_then(authenticated_as == 'x', plain, login)", "before AUTH"},
        {"auth.directory", "sender", "\"sender\" has no value before MAIL"},
        {"auth.require", "sender == 'x'", "before MAIL"},
        {"auth.allow-plain-text", "authenticated_as", "before AUTH"},
        {"auth.errors.total", "len(authenticated_as)", "before AUTH"},
        {"auth.errors.wait", "len(sender)", "before MAIL"},
        {"auth.may-act-as", "sender == 'x'", "before MAIL"},
        {"auth.must-match-sender", "rcpt == 'x'", "\"rcpt\" has no value before RCPT"},
        {"auth.send-as-anyone", "rcpt_domain == 'x'", "before RCPT"},
        {"auth.must-match-header-from", "rcpt == 'x'", "\"rcpt\" has no value behind RCPT"},
        {"relay.next-hop", "rcpt_domain", "before RCPT"},
        {"relay.bare-newline", "if_then(rcpt == 'x', refuse, normalize)", "before RCPT"},
    };
    for (const auto& [key, expression, problem] : cases) {
        const auto problems =
            read("session." + std::string(key) + " = \"" + expression + "\"").problems;
        EXPECT_NE(problems.find(problem), std::string::npos) << key << ": " << problems;
        EXPECT_EQ(std::count(problems.begin(), problems.end(), '\n'), 1) << problems;
    }
    for (const char* fine :
         {"auth.may-act-as = \"contains(groups, 'x') && helo_domain != ''\"",
          "auth.must-match-header-from = \"attr('x') == '1' && sender_domain == 'x'\"",
          "auth.must-match-sender = \"attr('x') == '1' && contains(groups, 'x')\"",
          "relay.next-hop = \"if_then(sender_domain == 'x', 'mta', 'mta')\"",
          "rcpt.relay = \"rcpt_domain == 'x'\""})
        EXPECT_EQ(read("session." + std::string(fine)).problems, "") << fine;
}

TEST(SessionSettings, MistakesSayWhatIsRight) {
    const std::pair<const char*, const char*> cases[] = {
        {"relay.add-missing = [\"dates\"]",
         "the field \"dates\" cannot be added; a list of \"date\" and \"message-id\""},
        {"relay.bare-newline = false", "one word is needed; either refuse or normalize"},
        {"relay.bare-newline = [\"refuse\", \"normalize\"]",
         "one word is needed; either refuse or normalize"},
        {"relay.bare-newline = \"normalise\"", "did you mean \"normalize\"?"},
        {"auth.missing-from = \"ad\"", "did you mean \"add\"?"},
        {"auth.resent = true", "one of \"refuse\", \"allow\" was expected"},
        {"greeting-delay = \"-1s\"", "a duration is never negative"},
        {"auth.network-principal = \"printer\"", "a text stands in quotes of its own"},
        {"auth.may-act-az = true", "did you mean \"may-act-as\"?"},
    };
    for (const auto& [toml, problem] : cases) {
        const auto problems = read("session." + std::string(toml)).problems;
        EXPECT_NE(problems.find(problem), std::string::npos) << toml << ": " << problems;
    }
}

}  // namespace
}  // namespace postern::session
