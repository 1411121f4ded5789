// Mail servers that say what no real one could be brought to say: whatever it is, nobody's right
// password is wrong, and nothing grows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

#include "crypto/base64.hpp"
#include "support/directory_host.hpp"
#include "support/imap_words.hpp"
#include "support/process.hpp"
#include "support/remote_script.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::RemoteReply;
using test::RemoteScript;
using test::ScriptedRemote;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;
using namespace test::imap;
using Clock = std::chrono::steady_clock;

const std::string plain_greeting = "* OK ready\r\n";

const auto& is_command = RemoteScript::is_command;

std::vector<RemoteScript> scripts() {
    const std::pair<std::string, std::string> capabilities{
        "CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n{} OK done\r\n"};
    const auto answered = [](const std::string& name, const std::string& answer,
                             const std::string& outcome) {
        return RemoteScript{name, greeting, {{"AUTHENTICATE", answer}}, outcome};
    };
    return {
        answered("yes", "{} OK Logged in\r\n", "accepted jane"),
        answered("no", no, "rejected bad_credentials"),
        answered("a plain no", "{} NO Login failed.\r\n", "rejected bad_credentials"),
        answered("expired", "{} NO [EXPIRED] Change it\r\n", "rejected expired jane"),
        answered("not permitted", "{} NO [AUTHORIZATIONFAILED]\r\n", "rejected not_permitted jane"),
        answered("words before", "* 3 EXISTS\r\n* OK [ALERT] hello\r\n" + no,
                 "rejected bad_credentials"),
        answered("a literal before", "* ID (\"name\" {5}\r\nA1 OK)\r\n" + no,
                 "rejected bad_credentials"),
        answered("trouble", "{} NO [UNAVAILABLE] Down\r\n", "unavailable directory"),
        answered("trouble in words", "{} NO Temporary failure, try again\r\n",
                 "unavailable directory"),
        answered("too many", "{} NO [LIMIT] Too many logins\r\n", "unavailable directory"),
        answered("bad", "{} BAD Syntax\r\n", "unavailable question"),
        answered("an unknown code", "{} NO [XYZZY] Login failed.\r\n", "unavailable question"),
        answered("bye", "* BYE Authentication failed\r\n", "unavailable directory"),
        answered("another tag", "X9 NO Login failed.\r\n", "unavailable directory"),
        answered("no tag", "* NO Login failed.\r\n{} BAD\r\n", "unavailable question"),
        answered("a question", "+ \r\n", "unavailable directory"),
        answered("preauth", "{} PREAUTH hello\r\n", "unavailable question"),
        answered("smtp", "535 5.7.8 Authentication failed\r\n", "unavailable directory"),
        answered("an empty line", "\r\n", "unavailable directory"),
        answered("a half code", "{} NO [AUTHENTICATIONFAILED Login failed.\r\n",
                 "unavailable directory"),
        {"no capabilities at first",
         plain_greeting,
         {capabilities, {"AUTHENTICATE", no}},
         "rejected bad_credentials"},
        {"continued",
         "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n",
         {{"AUTHENTICATE", "+ \r\n"}, {"", "A1 OK in\r\n"}},
         "accepted jane"},
        {"an early yes",
         "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n",
         {{"AUTHENTICATE", "{} OK in\r\n"}},
         "unavailable directory"},
        {"an early no",
         "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n",
         {{"AUTHENTICATE", "{} NO\r\n"}},
         "unavailable directory"},
        {"login",
         "* OK [CAPABILITY IMAP4rev1] ready\r\n",
         {{"LOGIN \"jane\" \"correct horse\"", no}},
         "rejected bad_credentials"},
        {"login disabled",
         "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready\r\n",
         {},
         "unavailable directory"},
        {"capabilities refused",
         plain_greeting,
         {{"CAPABILITY", "{} NO\r\n"}},
         "unavailable directory"},
        {"capabilities not told",
         plain_greeting,
         {{"CAPABILITY", "{} OK\r\n"}},
         "unavailable directory"},
        {"an id refused",
         "* OK [CAPABILITY IMAP4rev1 ID AUTH=PLAIN SASL-IR] ready\r\n",
         {{"ID (\"name\" \"Postern\"", "{} BAD what?\r\n"}, {"AUTHENTICATE", no}},
         "rejected bad_credentials"},
        {"logged in already", "* PREAUTH welcome\r\n", {}, "unavailable directory"},
        {"shut", "* BYE closed\r\n", {}, "unavailable directory"},
        {"full", "* BYE Too many connections\r\n", {}, "unavailable directory"},
        {"smtp in place of imap", "220 mx.example.org ESMTP\r\n", {}, "unavailable directory"},
        {"no greeting", "A1 OK ready\r\n", {}, "unavailable directory"},
    };
}

std::string login(const ScriptedRemote& server) {
    DirectoryHost host(settings(server.address(), unprepared + "timeout = \"2s\"\n"));
    return host.outcome("jane", "correct horse");
}

TEST(ImapOddServer, OnlyAClearNoIsANo) {
    for (const auto& script : scripts())
        EXPECT_EQ(login(ScriptedRemote(script.played())), script.outcome) << script.name;
}

// What the whole dialogue says, said only so far, and then the connection is cut.
TEST(ImapOddServer, NothingThatIsCutShortIsANo) {
    for (const auto& script : scripts())
        test::expect_no_answer_cut_short(script, login);
}

TEST(ImapOddServer, ARefusalCutAtAnyOctetIsNone) {
    test::expect_no_refusal_cut_short(
        {"no", greeting, {{"AUTHENTICATE", no}}, "rejected bad_credentials"}, login);
}

TEST(ImapOddServer, SilenceEndsWithTheTime) {
    for (const std::string silent : {"", "AUTHENTICATE"}) {
        const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
            const bool here = silent.empty() ? line.empty() : is_command(line, silent);
            return {here ? "" : greeting};
        });
        DirectoryHost host(settings(server.address(), unprepared + "timeout = \"500ms\"\n"));
        const auto begun = Clock::now();
        EXPECT_THAT(host.outcome("jane", "correct horse"), StartsWith("unavailable"));
        EXPECT_LT(Clock::now() - begun, 1500ms);
    }
}

TEST(ImapOddServer, WhatIsWithoutEndEndsTheConnection) {
    std::string line(20'000'000, 'x'), untagged;
    for (int i = 0; i < 1'000'000; ++i)
        untagged += "* 1 EXISTS\r\n";
    const std::pair<const char*, std::string> endless[] = {
        {"a line", "* OK " + line},
        {"untagged responses", untagged},
        {"a literal of 4 GiB", "* ID (\"name\" {4294967295}\r\n" + line},
        {"literals", "* ID (" + std::string(1000, ' ') + "{70000}\r\n"},
    };
    const auto before = test::usage(::getpid()).resident;
    for (const auto& [what, octets] : endless)
        for (const bool at_login : {false, true}) {
            const ScriptedRemote server([&](const std::string& heard) -> RemoteReply {
                if (at_login && heard.empty()) return {greeting};
                return {octets, true};
            });
            DirectoryHost host(settings(server.address(), unprepared + "timeout = \"5s\"\n"));
            const auto begun = Clock::now();
            EXPECT_EQ(host.outcome("jane", "correct horse"), "unavailable directory") << what;
            EXPECT_LT(Clock::now() - begun, 4s) << what;
        }
    // The server keeps a copy of what it says.
    EXPECT_LT(test::usage(::getpid()).resident, before + 80'000'000);
}

TEST(ImapOddServer, OctetsBehindTheAnswerToStartTlsAreAnAttack) {
    std::atomic<bool> logged_in{false};
    const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
        if (line.empty()) return {"* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] ready\r\n"};
        if (is_command(line, "STARTTLS")) return {"{} OK go\r\nA2 OK Logged in\r\n"};
        logged_in = true;
        return {"{} OK\r\n"};
    });
    DirectoryHost host(
        settings(server.address(), "tls.allow-invalid-certs = true\npool.ready = 0\n"));
    EXPECT_THAT(host.why("jane", "correct horse"), HasSubstr("before the TLS handshake"));
    EXPECT_FALSE(logged_in);
}

TEST(ImapOddServer, OneOddAnswerTakesNobodyElseDown) {
    const auto odd = crypto::base64_encode(std::string_view("\0jane\0odd", 9));
    const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
        if (line.empty()) return {greeting};
        if (line.ends_with(odd)) return {"what?\r\n", true};
        return {is_command(line, "AUTHENTICATE") ? "{} OK\r\n" : "", true};
    });
    DirectoryHost host(settings(server.address(), unprepared));
    for (int i = 0; i < 10; ++i) {
        EXPECT_THAT(host.outcome("jane", "odd"), StartsWith("unavailable"));
        EXPECT_EQ(host.outcome("jane", "right"), "accepted jane") << host.log();
    }
    EXPECT_THAT(host.log(), Not(HasSubstr("directory.server-down")));
}

}  // namespace
}  // namespace postern
