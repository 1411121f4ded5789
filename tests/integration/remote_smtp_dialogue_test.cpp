// How a submission server is talked to, and what happens between two logins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "support/certificates.hpp"
#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/scripted_remote.hpp"
#include "support/scripted_server.hpp"
#include "support/submission_words.hpp"
#include "support/temporary_directory.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::greets;
using test::hears;
using test::Misdeed;
using test::RemoteReply;
using test::ScriptedRemote;
using test::ScriptedServer;
using test::starts_tls;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;
using namespace test::submission;
using Clock = std::chrono::steady_clock;

class SmtpTlsDialogue : public testing::Test {
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

TEST_F(SmtpTlsDialogue, HelloIsSaidAgainBehindTheHandshakeAndQuitInTheEnd) {
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

TEST_F(SmtpTlsDialogue, AMisdeedAtAnyStepIsNoAnswer) {
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

TEST(SmtpDialogue, AWordOfLeaveAtRestIsNoAnswer) {
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

TEST(SmtpDialogue, WhoHasTooMuchOfUsIsLeftAlone) {
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

TEST(SmtpDialogue, APasswordThatItRepeatsIsNotLogged) {
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

TEST(SmtpDialogue, ALongPasswordIsAskedFor) {
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
