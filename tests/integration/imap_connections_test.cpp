// The connections to a mail server: how many there are, what a login costs on one, and what becomes
// of those that the server does not want.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "crypto/base64.hpp"
#include "support/directory_host.hpp"
#include "support/dovecot.hpp"
#include "support/eventually.hpp"
#include "support/fault_proxy.hpp"
#include "support/gateway.hpp"
#include "support/imap_words.hpp"
#include "support/remote_logins.hpp"
#include "support/remote_script.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::Dovecot;
using test::eventually;
using test::FaultProxy;
using test::RemoteReply;
using test::RemoteScript;
using test::ScriptedRemote;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;
using namespace test::imap;

const auto& is_command = RemoteScript::is_command;

// --- how many there are

const std::string five = "concurrency = 5\npool.ready = 2\ntimeout = \"30s\"\n";

TEST(ImapConnections, AHundredLoginsOpenNoSixthOneAtDovecot) {
    const Dovecot dovecot({.crowd = 100});
    FaultProxy proxy(dovecot.port());
    DirectoryHost host(
        fmt::format("type = \"imap\"\naddress = \"localhost:{}\"\ndomains = "
                    "[\"example.org\"]\ntls.ca = \"{}\"\n{}",
                    proxy.port(), dovecot.ca(), five));
    test::expect_a_hundred_over_five(host, proxy);
}

TEST(ImapConnections, AHundredLoginsOpenNoSixthOneAtAServerThatCounts) {
    const ScriptedRemote server([](const std::string& line) -> RemoteReply {
        if (line.empty()) return {greeting};
        if (!is_command(line, "AUTHENTICATE")) return {"* BYE\r\n{} OK\r\n", true};
        const auto response = crypto::base64_decode(line.substr(line.rfind(' ') + 1)).value();
        const auto end = response.find('\0', 1);
        const bool right = response.substr(end + 1) == "password of " + response.substr(1, end - 1);
        return {right ? "{} OK in\r\n" : no};
    });
    DirectoryHost host(settings(server.address(), in_the_clear + five));
    test::expect_a_hundred_over_five(host, server);
}

// --- what a login costs on one

// A server that offers this and never answers a farewell: what it has answered is the login.
std::vector<std::size_t> round_trips_of_a_login(const std::string& offered,
                                                const std::string& password) {
    const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
        if (line.empty()) return {"* OK [CAPABILITY IMAP4rev1" + offered + "] ready\r\n"};
        if (is_command(line, "ID")) return {"* ID NIL\r\n{} OK\r\n"};
        if (is_command(line, "LOGOUT")) return {""};
        if (line.ends_with("+}")) return {""};
        const bool has_more = line.ends_with("}") || line.ends_with("PLAIN");
        return {has_more ? "+ \r\n" : "A1 OK in\r\n"};
    });
    FaultProxy proxy(server.port());
    DirectoryHost host(
        settings("127.0.0.1:" + std::to_string(proxy.port()), in_the_clear + "concurrency = 1\n"));
    EXPECT_TRUE(eventually([&] { return proxy.quiet_for(100ms); }));
    EXPECT_EQ(host.outcome("jane", password), "accepted jane") << offered << host.log();
    EXPECT_THAT(host.log(), HasSubstr("connection=\"prepared\"")) << offered;
    return proxy.round_trips();
}

TEST(ImapConnections, APreparedOneAnswersInOneRoundTrip) {
    for (const std::string offered : {" SASL-IR AUTH=PLAIN", " SASL-IR AUTH=PLAIN ID", " LITERAL+",
                                      " ID LITERAL+", " LITERAL-"})
        for (const auto* password : {"correct horse", "gr\xC3\xBC\xC3\x9F dich"})
            EXPECT_THAT(round_trips_of_a_login(offered, password), ElementsAre(1U))
                << offered << " " << password;
    EXPECT_THAT(round_trips_of_a_login("", "correct horse"), ElementsAre(1U));
    // Where the server wants to be asked first.
    EXPECT_THAT(round_trips_of_a_login(" AUTH=PLAIN", "correct horse"), ElementsAre(2U));
    EXPECT_THAT(round_trips_of_a_login("", "gr\xC3\xBC\xC3\x9F dich"), ElementsAre(2U));
}

TEST(ImapConnections, DovecotIsAskedInOneRoundTripAndLeftInAnother) {
    const Dovecot dovecot;
    FaultProxy proxy(dovecot.port());
    DirectoryHost host(
        fmt::format("type = \"imap\"\naddress = \"localhost:{}\"\ndomains = "
                    "[\"example.org\"]\ntls.starttls = \"never\"\n",
                    proxy.port()));
    // The greeting tells what it can.
    test::expect_one_round_trip(host, proxy, 0);
}

// --- what becomes of those that the server does not want

TEST(ImapConnections, AConnectionClosedAtRestIsNoAnswer) {
    // It lets every prepared connection die when it is used, and every new one live.
    std::atomic<int> logins{0}, greeted{0};
    const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
        if (line.empty()) return ++greeted, RemoteReply{greeting};
        if (!is_command(line, "AUTHENTICATE")) return {"{} OK\r\n", true};
        return ++logins % 2 == 1 ? RemoteReply{"", true} : RemoteReply{no};
    });
    DirectoryHost host(settings(server.address(), unprepared));
    DirectoryHost prepared(settings(server.address(), in_the_clear));
    ASSERT_TRUE(eventually([&] { return greeted >= 1; }));
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(prepared.outcome("jane", "wrong"), "rejected bad_credentials") << prepared.log();
    EXPECT_EQ(logins, 2) << "once more, on a new one";
    // A new one that dies is not tried again: the server may count.
    EXPECT_THAT(host.outcome("jane", "wrong"), StartsWith("unavailable"));
    EXPECT_EQ(logins, 3);
}

TEST(ImapConnections, WhatItClosesAtRestIsReplaced) {
    std::atomic<bool> closes{true};
    const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
        if (line.empty()) return {greeting + (closes ? "* BYE Idle for too long\r\n" : ""), closes};
        return {no};
    });
    DirectoryHost host(settings(server.address(), in_the_clear));
    ASSERT_TRUE(eventually([&] { return server.connections() >= 2; }));
    closes = false;
    EXPECT_EQ(host.outcome("jane", "wrong"), "rejected bad_credentials") << host.log();
    EXPECT_LE(server.connections(), 10U) << "not as fast as it can";
}

TEST(ImapConnections, WhoHasTooMuchOfUsIsLeftAlone) {
    std::atomic<bool> full{true};
    std::atomic<int> logins{0};
    const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
        if (line.empty()) return {greeting};
        if (!is_command(line, "AUTHENTICATE")) return {"{} OK\r\n", true};
        ++logins;
        return {full ? "{} NO [LIMIT] Too many logins\r\n" : no};
    });
    DirectoryHost host(settings(server.address(), unprepared));
    EXPECT_EQ(host.outcome("jane", "wrong"), "unavailable directory");
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(host.outcome("jane", "wrong"), "unavailable directory");
    EXPECT_LE(logins, 2);
    EXPECT_THAT(host.log(), HasSubstr("directory.slowed"));
    EXPECT_THAT(host.log(), Not(HasSubstr("directory.server-down")));
    full = false;
    EXPECT_TRUE(
        eventually([&] { return host.outcome("jane", "wrong") == "rejected bad_credentials"; }));
}

std::size_t open_files() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(ImapConnections, TenThousandLoginsLeaveNothingOpen) {
    std::atomic<int> asked{0};
    const ScriptedRemote server([&](const std::string& line) -> RemoteReply {
        if (line.empty()) return {greeting};
        if (is_command(line, "LOGOUT")) return {"* BYE\r\n{} OK\r\n", true};
        // Not so often no answer that it is taken for one that is down.
        switch (asked++ % 8) {
            case 0:
                return {no};
            case 2:
                return {"", true};
            case 5:
                return {"* BYE\r\n", true};
            default:
                return {"{} OK in\r\n"};
        }
    });
    DirectoryHost host(settings(server.address(), unprepared + "concurrency = 8\n"));
    const auto some = [&](int logins) {
        std::vector<std::thread> askers;
        for (int i = 0; i < 4; ++i)
            askers.emplace_back([&host, logins, login = "user" + std::to_string(i)] {
                for (int n = 0; n < logins / 4; ++n)
                    host.outcome(login, "right");
            });
        for (auto& asker : askers)
            asker.join();
    };
    some(100);
    const auto before = open_files();
    some(10'000);
    EXPECT_GE(asked, 10'000);
    EXPECT_TRUE(eventually([&] { return open_files() <= before + 2; }))
        << before << " became " << open_files();
}

}  // namespace
}  // namespace postern
