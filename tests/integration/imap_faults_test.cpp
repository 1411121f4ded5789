// A Dovecot that dies, hangs or changes: no answer within the deadline, and all is well again by
// itself as soon as it is back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "support/directory_host.hpp"
#include "support/dovecot.hpp"
#include "support/eventually.hpp"
#include "support/fault_proxy.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::Dovecot;
using test::FaultProxy;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Fault = FaultProxy::Fault;

constexpr auto timeout = 2s;

std::string settings(const Dovecot& dovecot, const std::vector<std::uint16_t>& ports,
                     const std::string& more = "") {
    std::string addresses;
    for (const auto port : ports)
        addresses +=
            (addresses.empty() ? "" : ", ") + ("\"localhost:" + std::to_string(port) + "\"");
    return "type = \"imap\"\naddress = [" + addresses +
           "]\ntimeout = \"2s\"\ndomains = [\"example.org\"]\ntls.ca = \"" + dovecot.ca() + "\"\n" +
           more;
}

// The answer came within the directory's deadline, with a little for a busy machine.
std::string in_time(DirectoryHost& host, const std::string& password = "correct horse") {
    const auto begun = Clock::now();
    auto outcome = host.outcome("jane@example.org", password);
    EXPECT_LT(Clock::now() - begun, timeout + 1s) << outcome;
    return outcome;
}

constexpr const char* accepted = "accepted jane@example.org";

bool recovers(DirectoryHost& host) {
    return test::eventually([&] { return in_time(host) == accepted; });
}

class ImapFaults : public testing::Test {
 protected:
    Dovecot dovecot;
    FaultProxy proxy{dovecot.port()};
};

TEST_F(ImapFaults, EveryFaultIsUnavailableAndPasses) {
    DirectoryHost host(settings(dovecot, {proxy.port()}));
    ASSERT_EQ(in_time(host), accepted) << host.log();
    for (const auto fault : {Fault::closes, Fault::garbage, Fault::cuts, Fault::swallows}) {
        SCOPED_TRACE(static_cast<int>(fault));
        proxy.set(fault);
        // A connection that was prepared before may get through once.
        EXPECT_THAT(in_time(host), AnyOf(StartsWith("unavailable"), accepted));
        EXPECT_THAT(in_time(host), StartsWith("unavailable")) << host.log();
        EXPECT_THAT(in_time(host, "battery staple"), StartsWith("unavailable"));
        proxy.set(Fault::none);
        EXPECT_TRUE(recovers(host)) << host.log();
    }
}

TEST_F(ImapFaults, AServerThatIsGoneComesBack) {
    DirectoryHost host(settings(dovecot, {dovecot.port()}));
    ASSERT_EQ(in_time(host), accepted);
    dovecot.kill();
    EXPECT_THAT(in_time(host), StartsWith("unavailable"));
    const auto begun = Clock::now();
    EXPECT_THAT(in_time(host), StartsWith("unavailable"));
    EXPECT_LT(Clock::now() - begun, 200ms) << "it is known to be down: nobody waits for it";
    dovecot.start();
    EXPECT_TRUE(recovers(host));
    EXPECT_THAT(host.log(), HasSubstr("directory.server-up"));
}

TEST_F(ImapFaults, AServerThatHangsIsNotWaitedForTwice) {
    DirectoryHost host(settings(dovecot, {dovecot.port()}));
    ASSERT_EQ(in_time(host), accepted);
    dovecot.suspend();
    EXPECT_THAT(in_time(host), StartsWith("unavailable"));
    const auto begun = Clock::now();
    EXPECT_THAT(in_time(host), StartsWith("unavailable"));
    EXPECT_LT(Clock::now() - begun, 500ms) << host.log();
    dovecot.resume();
    EXPECT_TRUE(recovers(host));
}

TEST_F(ImapFaults, ARestartBetweenTwoLoginsIsNotNoticed) {
    DirectoryHost host(settings(dovecot, {dovecot.port()}));
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(in_time(host), accepted) << host.log();
        dovecot.stop();
        dovecot.start();
    }
    EXPECT_TRUE(recovers(host));
    EXPECT_EQ(in_time(host, "battery staple"), "rejected bad_credentials");
}

TEST_F(ImapFaults, ANewCertificateIsJudgedAnew) {
    DirectoryHost host(settings(dovecot, {dovecot.port()}));
    ASSERT_EQ(in_time(host), accepted);
    const auto restart = [&](const std::vector<std::string>& names) {
        dovecot.stop();
        dovecot.set_certificate({.name = "server", .names = names});
        dovecot.start();
    };
    restart({"elsewhere.example.com"});
    EXPECT_THAT(in_time(host), StartsWith("unavailable"));
    EXPECT_THAT(in_time(host, "battery staple"), StartsWith("unavailable"));
    restart({"localhost"});
    EXPECT_TRUE(recovers(host)) << host.log();
}

TEST_F(ImapFaults, TheSecondServerAnswersForTheFirst) {
    FaultProxy second(dovecot.port());
    DirectoryHost host(settings(dovecot, {proxy.port(), second.port()}));
    ASSERT_EQ(in_time(host), accepted);
    EXPECT_EQ(second.connections(), 0U) << "the first one is asked first";
    proxy.set(Fault::swallows);
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(in_time(host), accepted) << i << host.log();
    EXPECT_EQ(in_time(host, "battery staple"), "rejected bad_credentials");
    second.set(Fault::closes);
    EXPECT_THAT(in_time(host, "battery staple"),
                AnyOf(StartsWith("unavailable"), "rejected bad_credentials"));
    EXPECT_THAT(in_time(host, "battery staple"), StartsWith("unavailable"));
    proxy.set(Fault::none);
    EXPECT_TRUE(recovers(host)) << "as soon as one is back";
}

TEST_F(ImapFaults, WhoWaitsForAConnectionIsToldThatWeAreBusy) {
    DirectoryHost host(settings(dovecot, {proxy.port()}, "concurrency = 1\npool.ready = 0\n"));
    ASSERT_EQ(in_time(host), accepted);
    proxy.set(Fault::slow);
    proxy.set_delay(1500ms);
    std::vector<std::thread> askers;
    std::atomic<int> busy{0};
    for (int i = 0; i < 3; ++i)
        askers.emplace_back([&, other = "wrong " + std::to_string(i)] {
            if (in_time(host, other) == "unavailable busy") ++busy;
        });
    for (auto& asker : askers)
        asker.join();
    EXPECT_GE(busy, 1);
    proxy.set(Fault::none);
    EXPECT_TRUE(recovers(host));
}

}  // namespace
}  // namespace postern
