// Submission servers that say what no real one could be brought to say: whatever it is, nobody's
// right password is wrong, and nothing grows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

#include "support/directory_host.hpp"
#include "support/process.hpp"
#include "support/remote_script.hpp"
#include "support/submission_words.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::RemoteReply;
using test::RemoteScript;
using test::ScriptedRemote;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;
using namespace test::submission;
using Clock = std::chrono::steady_clock;

RemoteScript script(const std::string& name,
                    std::vector<std::pair<std::string, std::string>> answers,
                    const std::string& outcome, const std::string& first = greeting) {
    return {name, first, std::move(answers), outcome, "500 5.5.2 unexpected\r\n"};
}

RemoteScript answered(const std::string& name, const std::string& answer,
                      const std::string& outcome) {
    return script(name, {{"EHLO [127.0.0.1]", plain}, {"AUTH PLAIN " + both, answer}}, outcome);
}

RemoteScript with_login(const std::string& name,
                        std::vector<std::pair<std::string, std::string>> more,
                        const std::string& outcome) {
    more.insert(more.begin(), {"EHLO", "250-mx\r\n250 AUTH=LOGIN CRAM-MD5\r\n"});
    return script(name, std::move(more), outcome);
}

std::vector<RemoteScript> scripts() {
    const std::pair<std::string, std::string> ask_login{"AUTH LOGIN", "334 VXNlcm5hbWU6\r\n"};
    const std::pair<std::string, std::string> ask_password{jane, "334 UGFzc3dvcmQ6\r\n"};
    return {
        answered("yes", "235 2.7.0 Ok\r\n", "accepted jane"),
        answered("a long yes", "235-2.7.0 Welcome\r\n235 2.7.0 back\r\n", "accepted jane"),
        answered("no", no, "rejected bad_credentials"),
        answered("a plain no", "535 Incorrect authentication data\r\n", "rejected bad_credentials"),
        answered("disabled", "525 5.7.13 Disabled\r\n", "rejected disabled jane"),
        answered("trouble", "454 4.7.0 Temporary authentication failure\r\n",
                 "unavailable directory"),
        answered("trouble in a no", "535 5.7.8 Temporary failure\r\n", "unavailable directory"),
        answered("too many", "454 4.7.0 Too many login attempts\r\n", "unavailable directory"),
        answered("a policy", "535 5.7.139 SmtpClientAuthentication is disabled\r\n",
                 "unavailable question"),
        answered("another way", "534 5.7.9 Application-specific password\r\n",
                 "unavailable question"),
        answered("tls first", "538 5.7.11 Encryption required\r\n", "unavailable directory"),
        answered("starttls first", "530 5.7.0 Must issue STARTTLS\r\n", "unavailable directory"),
        answered("bad", "500 5.5.2 what?\r\n", "unavailable question"),
        answered("no such mechanism", "504 5.5.4 what?\r\n", "unavailable directory"),
        answered("another yes", "250 2.0.0 Ok\r\n", "unavailable directory"),
        answered("a refusal of something", "550 5.7.1 No\r\n", "unavailable question"),
        answered("closing", "421 4.7.0 Authentication failed\r\n", "unavailable directory"),
        answered("a question", "334 \r\n", "unavailable directory"),
        answered("two codes", "535-5.7.8 no\r\n235 2.7.0 yes\r\n", "unavailable directory"),
        answered("imap", "A1 NO [AUTHENTICATIONFAILED] no\r\n", "unavailable directory"),
        answered("an empty line", "\r\n", "unavailable directory"),
        answered("a code of four", "5350 no\r\n", "unavailable directory"),
        script("asked for",
               {{"EHLO", plain}, {"AUTH PLAIN", "334 \r\n"}, {both, "235 2.7.0 Ok\r\n"}},
               "unavailable directory"),
        with_login("login, yes", {ask_login, ask_password, {horse, "235 Ok\r\n"}}, "accepted jane"),
        with_login("login, no", {ask_login, ask_password, {horse, no}}, "rejected bad_credentials"),
        with_login("login, one question more", {ask_login, ask_password, {horse, "334 \r\n"}},
                   "unavailable directory"),
        with_login("login, an early no", {{"AUTH LOGIN", no}}, "unavailable directory"),
        with_login("login, no such user", {ask_login, {jane, no}}, "unavailable directory"),
        with_login("login, an early yes", {ask_login, {jane, "235 2.7.0 Ok\r\n"}},
                   "unavailable directory"),
        with_login("login, not now", {{"AUTH LOGIN", "454 4.7.0 Later\r\n"}},
                   "unavailable directory"),
        with_login("login, none", {{"AUTH LOGIN", "504 5.5.4 what?\r\n"}}, "unavailable directory"),
        script("no mechanism", {{"EHLO", "250-mx\r\n250 AUTH CRAM-MD5 XOAUTH2\r\n"}},
               "unavailable directory"),
        script("no auth", {{"EHLO", "250 mx\r\n"}}, "unavailable directory"),
        script("a refused hello", {{"EHLO", "502 5.5.1 what?\r\n"}}, "unavailable directory"),
        script("a closing hello", {{"EHLO", "421 4.3.2 Later\r\n"}}, "unavailable directory"),
        script("a refused client", {}, "unavailable directory", "554 5.7.1 You are on a list\r\n"),
        script("shut", {}, "unavailable directory", "421 4.3.2 Closed\r\n"),
        script("full", {}, "unavailable directory", "421 4.7.0 Too many connections\r\n"),
        script("full, in another way", {}, "unavailable directory", "554 Too many connections\r\n"),
        script("imap in place of smtp", {}, "unavailable directory", "* OK ready\r\n"),
        script("another greeting", {}, "unavailable directory", "250 hello\r\n"),
    };
}

std::string login(const ScriptedRemote& server) {
    DirectoryHost host(settings(server.address(), unprepared + "timeout = \"2s\"\n"));
    return host.outcome("jane", "correct horse");
}

TEST(SmtpOddServer, OnlyAClearNoIsANo) {
    for (const auto& each : scripts())
        EXPECT_EQ(login(ScriptedRemote(each.played())), each.outcome) << each.name;
}

TEST(SmtpOddServer, NothingThatIsCutShortIsANo) {
    for (const auto& each : scripts())
        test::expect_no_answer_cut_short(each, login);
}

TEST(SmtpOddServer, ARefusalCutAtAnyOctetIsNone) {
    test::expect_no_refusal_cut_short(answered("no", no, "rejected bad_credentials"), login);
}

TEST(SmtpOddServer, WhatIsWithoutEndEndsTheConnection) {
    std::string lines;
    for (int i = 0; i < 1'000'000; ++i)
        lines += "535-5.7.8 no\r\n";
    const std::pair<const char*, std::string> endless[] = {
        {"a line", "220 " + std::string(20'000'000, 'x')},
        {"lines", lines},
    };
    const auto before = test::usage(::getpid()).resident;
    for (const auto& [what, octets] : endless)
        for (const std::string at : {"", "EHLO", "AUTH"}) {
            const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
                const bool here = at.empty() ? line.empty() : line.starts_with(at);
                if (here) return {octets, true};
                return {line.empty() ? greeting : plain};
            });
            DirectoryHost host(settings(server.address(), unprepared + "timeout = \"5s\"\n"));
            const auto begun = Clock::now();
            EXPECT_EQ(host.outcome("jane", "correct horse"), "unavailable directory") << what;
            EXPECT_LT(Clock::now() - begun, 4s) << what;
        }
    // The server keeps a copy of what it says.
    EXPECT_LT(test::usage(::getpid()).resident, before + 80'000'000);
}

TEST(SmtpOddServer, OctetsBehindTheAnswerToStartTlsAreAnAttack) {
    std::atomic<bool> logged_in{false};
    const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
        if (line.empty()) return {greeting};
        if (line.starts_with("EHLO")) return {"250-mx\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"};
        if (line == "STARTTLS") return {"220 go\r\n250 AUTH PLAIN\r\n"};
        logged_in = true;
        return {"235 Ok\r\n"};
    });
    DirectoryHost host(
        settings(server.address(), "tls.allow-invalid-certs = true\npool.ready = 0\n"));
    EXPECT_THAT(host.why("jane", "correct horse"), HasSubstr("before the TLS handshake"));
    EXPECT_FALSE(logged_in);
}

TEST(SmtpOddServer, NoPasswordGoesWithoutTlsWhereThatIsRequired) {
    for (const auto* hello : {"250 AUTH PLAIN\r\n", "250-STARTTLS\r\n250 AUTH PLAIN\r\n"}) {
        std::atomic<bool> asked{false};
        const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
            if (line.empty()) return {greeting};
            if (line.starts_with("EHLO")) return {std::string("250-mx\r\n") + hello};
            asked = asked || line != "STARTTLS";
            return {"454 4.7.0 TLS not available\r\n"};
        });
        DirectoryHost host(settings(server.address(), "pool.ready = 0\n"));
        EXPECT_THAT(host.why("jane", "correct horse"), HasSubstr("STARTTLS"));
        EXPECT_FALSE(asked) << hello;
    }
}

}  // namespace
}  // namespace postern
