// Submission servers that say what no real one could be brought to say: whatever it is, nobody's
// right password is wrong, and nothing grows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "crypto/base64.hpp"
#include "support/certificates.hpp"
#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"
#include "support/remote_script.hpp"
#include "support/scripted_server.hpp"
#include "support/temporary_directory.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::greets;
using test::hears;
using test::Misdeed;
using test::RemoteReply;
using test::RemoteScript;
using test::ScriptedRemote;
using test::ScriptedServer;
using test::starts_tls;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const std::string greeting = "220 mx.example.org ESMTP\r\n";
const std::string plain = "250-mx.example.org\r\n250-SIZE 1000\r\n250 AUTH PLAIN LOGIN\r\n";
const std::string no = "535-5.7.8 Authentication failed.\r\n535 5.7.8 See example.org\r\n";
const std::string jane = crypto::base64_encode("jane");
const std::string horse = crypto::base64_encode("correct horse");
const std::string both = crypto::base64_encode(std::string_view("\0jane\0correct horse", 19));

std::string settings(const std::string& address, const std::string& more = "",
                     const std::string& type = "smtp") {
    return "type = \"" + type + "\"\naddress = \"" + address + "\"\ndomains = [\"*\"]\n" + more;
}

const std::string in_the_clear = "tls.starttls = \"never\"\n";
const std::string unprepared = in_the_clear + "pool.ready = 0\n";

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

TEST(SmtpOddServer, OnlyAClearNoIsANo) {
    for (const auto& each : scripts()) {
        const ScriptedRemote server(each.played());
        DirectoryHost host(settings(server.address(), unprepared + "timeout = \"2s\"\n"));
        EXPECT_EQ(host.outcome("jane", "correct horse"), each.outcome) << each.name << host.log();
    }
}

TEST(SmtpOddServer, NothingThatIsCutShortIsANo) {
    for (const auto& each : scripts())
        test::expect_no_answer_cut_short(each, [](const ScriptedRemote& server) {
            DirectoryHost host(settings(server.address(), unprepared + "timeout = \"2s\"\n"));
            return host.outcome("jane", "correct horse");
        });
}

TEST(SmtpOddServer, ARefusalCutAtAnyOctetIsNone) {
    std::atomic<std::size_t> cut{0};
    const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
        if (line.empty()) return {greeting};
        if (line.starts_with("EHLO")) return {plain};
        return {no.substr(0, cut), true};
    });
    DirectoryHost host(settings(server.address(), unprepared + "timeout = \"2s\"\n"));
    for (cut = 0; cut < no.size() - 1; ++cut)
        EXPECT_THAT(host.outcome("jane", "wrong"), StartsWith("unavailable")) << cut;
    cut = no.size();
    EXPECT_EQ(host.outcome("jane", "wrong"), "rejected bad_credentials");
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

class SmtpTlsServer : public testing::Test {
 protected:
    test::TemporaryDirectory directory;
    const test::TestCertificates certificates = test::write_test_certificates(directory.path());
    const ScriptedServer::Tls tls{certificates.server.cert, certificates.server.key};
    const std::string trusts = "tls.ca = \"" + certificates.ca + "\"\npool.ready = 0\n";

    static test::Script dialogue(const std::string& hello, const std::string& verdict) {
        return {
            greets(),
            hears(hello, "250-mx\r\n250-STARTTLS\r\n250 AUTH CRAM-MD5"),
            starts_tls(),
            hears(hello, "250-mx\r\n250 AUTH PLAIN"),
            hears("AUTH PLAIN " + both, verdict),
        };
    }
};

TEST_F(SmtpTlsServer, HelloIsSaidAgainBehindTheHandshakeAndQuitInTheEnd) {
    for (const auto& [type, hello] : {std::pair{"smtp", "EHLO"}, std::pair{"lmtp", "LHLO"}})
        for (const auto& [verdict, outcome] :
             {std::pair{"235 2.7.0 Ok", "accepted jane"},
              std::pair{"535 5.7.8 No", "rejected bad_credentials"}}) {
            ScriptedServer server({dialogue(hello, verdict)}, tls);
            DirectoryHost host(settings(server.address(), trusts, type));
            EXPECT_EQ(host.outcome("jane", "correct horse"), outcome) << host.log();
            EXPECT_TRUE(test::eventually([&] { return server.open() == 0; }));
            const auto address = std::string(hello) + " [127.0.0.1]";
            EXPECT_THAT(server.heard(0),
                        ElementsAre(address, "STARTTLS", address, "AUTH PLAIN " + both, "QUIT"));
            EXPECT_THAT(server.surprises(), testing::IsEmpty());
        }
}

TEST_F(SmtpTlsServer, AMisdeedAtAnyStepIsNoAnswer) {
    const auto script = dialogue("EHLO", "535 5.7.8 No");
    for (std::size_t step = 0; step < script.size(); ++step)
        for (const auto misdeed :
             {Misdeed::close, Misdeed::close_early, Misdeed::stall, Misdeed::garbage}) {
            ScriptedServer server({test::with_misdeed(script, step, misdeed)}, tls);
            DirectoryHost host(settings(server.address(), trusts + "timeout = \"500ms\"\n"));
            const auto begun = Clock::now();
            EXPECT_EQ(host.outcome("jane", "correct horse"), "unavailable directory")
                << step << " " << static_cast<int>(misdeed);
            EXPECT_LT(Clock::now() - begun, 1500ms);
        }
}

TEST(SmtpOddServer, AWordOfLeaveAtRestIsNoAnswer) {
    // It lets every prepared connection time out when it is used, and every new one live.
    std::atomic<int> logins{0}, greeted{0};
    const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
        if (line.empty()) return ++greeted, RemoteReply{greeting};
        if (line.starts_with("EHLO")) return {plain};
        if (!line.starts_with("AUTH")) return {"221 Bye\r\n", true};
        return ++logins % 2 == 1 ? RemoteReply{"421 4.4.2 Timeout exceeded\r\n", true}
                                 : RemoteReply{no};
    });
    DirectoryHost prepared(settings(server.address(), in_the_clear));
    ASSERT_TRUE(test::eventually([&] { return greeted >= 1; }));
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(prepared.outcome("jane", "wrong"), "rejected bad_credentials") << prepared.log();
    EXPECT_EQ(logins, 2) << "once more, on a new one";
    // A new one that takes its leave is not tried again: the server may count.
    DirectoryHost host(settings(server.address(), unprepared));
    EXPECT_THAT(host.outcome("jane", "wrong"), StartsWith("unavailable"));
    EXPECT_EQ(logins, 3);
}

TEST(SmtpOddServer, WhoHasTooMuchOfUsIsLeftAlone) {
    const std::pair<std::string, std::string> all[] = {
        {"", "421 4.7.0 Error: too many connections"},
        {"EHLO", "421 4.7.0 Error: too many connections"},
        {"AUTH", "421 4.7.0 Error: too many errors"},
        {"AUTH", "454 4.7.0 Too many login attempts, please try again later"},
        {"AUTH", "535 5.7.0 Too many bad auth attempts"},
    };
    for (const auto& each : all) {
        SCOPED_TRACE(each.second);
        std::atomic<bool> full{true};
        std::atomic<int> refusals{0};
        const ScriptedRemote server([&](const std::string& line) {
            const bool here = each.first.empty() ? line.empty() : line.starts_with(each.first);
            if (here && full) return ++refusals, RemoteReply{each.second + "\r\n", true};
            if (line.empty()) return RemoteReply{greeting};
            return RemoteReply{line.starts_with("EHLO") ? plain : no};
        });
        DirectoryHost host(settings(server.address(), unprepared));
        for (int i = 0; i < 20; ++i)
            EXPECT_EQ(host.outcome("jane", "wrong"), "unavailable directory");
        EXPECT_LE(refusals, 2);
        EXPECT_THAT(host.log(), HasSubstr("directory.slowed"));
        full = false;
        EXPECT_TRUE(test::eventually([&] {
            return host.outcome("jane", "wrong") == "rejected bad_credentials";
        })) << host.log();
    }
}

TEST(SmtpOddServer, APasswordThatItRepeatsIsNotLogged) {
    for (const auto& answer : {"454 what is " + both, std::string("421 correct horse? No."),
                               "550 " + horse + " is unknown", "501 AUTH PLAIN " + both}) {
        const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
            if (line.empty()) return {greeting};
            return {line.starts_with("EHLO") ? plain : answer + "\r\n"};
        });
        DirectoryHost host(settings(server.address(), unprepared));
        const auto why = host.why("jane", "correct horse");
        for (const auto& text : {why, host.log()})
            EXPECT_THAT(text, Not(testing::AnyOf(HasSubstr(both), HasSubstr(horse),
                                                 HasSubstr("correct horse"))));
        EXPECT_THAT(why, testing::AnyOf(HasSubstr("its words repeat ours"), HasSubstr("501")));
    }
}

TEST(SmtpOddServer, ALongPasswordIsAskedFor) {
    const std::string password(400, 'x');
    const auto response = crypto::base64_encode(std::string("\0jane\0", 6) + password);
    std::mutex mutex;
    std::vector<std::string> heard;
    const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
        const std::lock_guard lock(mutex);
        heard.push_back(line);
        if (line.empty()) return {greeting};
        if (line.starts_with("EHLO")) return {plain};
        return {line == "AUTH PLAIN" ? "334 \r\n" : line == response ? "235 Ok\r\n" : no};
    });
    DirectoryHost host(settings(server.address(), unprepared));
    EXPECT_EQ(host.outcome("jane", password), "accepted jane");
    const std::lock_guard lock(mutex);
    EXPECT_THAT(heard, Contains("AUTH PLAIN"));
}

}  // namespace
}  // namespace postern
