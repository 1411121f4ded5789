// One file with thirty mistakes and one: a single run tells them all, in the order of the lines,
// each with its place and what would be right.
#include <gtest/gtest.h>

#include "app/house.hpp"

namespace postern::app {
namespace {

struct Mistake {
    unsigned line, column;
    const char* what;
    const char* hint;
};

TEST(SeededMistakes, AreAllToldInOneRun) {
    House house;
    auto document =
        config::Document::load({POSTERN_SOURCE_DIR "/tests/config/fixtures/mistakes.toml"});
    EXPECT_FALSE(Generation::build(document, house.foundation()));
    const Mistake mistakes[] = {
        {3, 12, "the hostname \"gw\\x0d\\x0aVRFY x\" is neither a domain nor an address literal",
         "hostname = \"mail.example.org\""},
        {4, 11, "server.workers is the text \"many\"",
         "a whole number from 0 to 1024 was expected"},
        {5, 1, "unknown key \"drain-timeuot\" in server", "did you mean \"drain-timeout\"?"},
        {7, 8, "\"localhost:587\" is not an IP address with a port",
         "bind = [\"[::]:587\"] or [\"127.0.0.1:587\"]"},
        {8, 19, "server.listener.submission.tls.min-version is the text \"1.4\"",
         "did you mean \"1.0\"? one of \"1.0\", \"1.1\", \"1.2\", \"1.3\" was expected"},
        {10, 11, "list.friends: the file \"/nowhere/friends\" cannot be read",
         "a regular file of at most 1048576 octets"},
        {12, 27, "session.greeting-delay: the variable \"helo_domain\" has no value before EHLO",
         "this setting is asked at connect"},
        {14, 24, "session.auth.mechanisms: unknown variable \"local_prot\"",
         "did you mean \"local_port\"?"},
        {15, 13, "there is no directory \"poeple\"", "configured are: people, remote/imap"},
        {16, 11, "session.auth.require: \"else\" is missing", "end the list with { else = ... }"},
        {17, 47, "session.auth.allow-plain-text: \"lan\" is no network",
         "write \"10.0.0.1\", \"10.0.0.0/8\" or \"2001:db8::/32\""},
        {18, 35, "session.auth.may-act-as: unknown key \"neq\" in a block", "did you mean \"ne\"?"},
        {19, 46, "session.auth.must-match-sender: the expression ends too early",
         "the closing parenthesis of contains() is missing"},
        {20, 27,
         "session.auth.must-match-header-from: the variable \"rcpt_domain\" has no value behind "
         "RCPT",
         "this setting is asked at the header"},
        {21, 38, "session.auth.send-as-anyone: unknown variable \"is_tsl\"",
         "did you mean \"is_tls\"?"},
        {22, 48, "session.auth.network-principal: nothing has been matched that $1 could stand for",
         "the condition of this block has to match something first"},
        {23, 16, "session.auth.missing-from is the text \"ad\"",
         "did you mean \"add\"? one of \"refuse\", \"add\" was expected"},
        {24, 1, "unknown key \"subadress\" in session.auth", "did you mean \"subaddress\"?"},
        {26, 10, "session.auth.errors.total: this is a text, a whole number is needed",
         "write a number"},
        {27, 9, "session.auth.errors.wait: \"1h30m\" is neither a number nor a duration",
         "numbers are 5 or 0.5, durations 500ms 5s 2m 1h 1d"},
        {29, 16, "session.limits.message-size is the text \"50x\"",
         "a size from 1024 to 9223372036854775807 octets was expected, like \"10k\" \"50m\" "
         "\"1g\""},
        {30, 8, "session.limits.idle is the number 5",
         "a duration needs a unit: \"5s\" or \"5ms\""},
        {32, 59, "session.relay.next-hop: ${2} is one too many",
         "the last that was captured is $1"},
        {33, 15, "the field \"dates\" cannot be added", "a list of \"date\" and \"message-id\""},
        {34, 17, "session.relay.bare-newline: unknown word \"normalise\"",
         "did you mean \"normalize\"?"},
        {36, 17, "\"not a domain\" is not a domain", "for example \"example.org\""},
        {38, 8, "next-hop.mta.type is the text \"smpt\"",
         "did you mean \"smtp\"? one of \"smtp\", \"maildir\" was expected"},
        {41, 8, "no directory backend of type \"memroy\"",
         "installed: imap, ldap, lmtp, memory, postgresql, smtp; built in: chain, migrate"},
        {43, 1, "remote.imap.domains is missing",
         "domains = [\"example.org\"]: whose logins this server may vouch for, [\"*\"] for all"},
        {47, 9, "log.level is the text \"loud\"",
         "one of \"debug\", \"info\", \"warning\", \"error\" was expected"},
        {48, 2, "unknown section \"sesion\"", "did you mean \"session\"?"},
    };
    const auto problems = document.problems();
    EXPECT_GE(problems.size(), 30U);
    for (std::size_t i = 0; i < problems.size(); ++i) {
        ASSERT_LT(i, std::size(mistakes)) << problems[i].text();
        EXPECT_EQ(problems[i].line, mistakes[i].line) << problems[i].text();
        EXPECT_EQ(problems[i].column, mistakes[i].column) << problems[i].text();
        EXPECT_TRUE(problems[i].what.starts_with(mistakes[i].what)) << problems[i].text();
        EXPECT_EQ(problems[i].hint, mistakes[i].hint) << problems[i].text();
        EXPECT_FALSE(problems[i].hint.empty()) << problems[i].text();
    }
    EXPECT_EQ(problems.size(), std::size(mistakes));
}

}  // namespace
}  // namespace postern::app
