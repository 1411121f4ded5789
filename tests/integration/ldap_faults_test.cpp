// backends/ldap and a server that fails: the answer is "I don't know", in time, and never "no".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "support/directory_host.hpp"
#include "support/eventually.hpp"
#include "support/fault_proxy.hpp"
#include "support/slapd.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::FaultProxy;
using test::Slapd;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Fault = FaultProxy::Fault;

constexpr auto timeout = 2s;

std::string settings(const std::string& urls, const std::string& more = "") {
    return "type = \"ldap\"\nurl = [" + urls + "]\ntimeout = \"2s\"\nbase-dn = \"" + Slapd::base() +
           "\"\nfilter.name = \"(uid=?)\"\nbind.auth.method = \"lookup\"\nbind.dn = \"" +
           Slapd::service_dn() + "\"\nbind.secret = \"" + std::string(Slapd::service_password) +
           "\"\npool.idle = \"1s\"\n" + more;
}

std::string url(std::uint16_t port, const std::string& scheme = "ldap") {
    return "\"" + scheme + "://localhost:" + std::to_string(port) + "\"";
}

// The answer came within the directory's deadline, with a little for a busy machine.
std::string in_time(DirectoryHost& host, const std::string& password = "correct horse") {
    const auto begun = Clock::now();
    auto outcome = host.outcome("jane", password);
    EXPECT_LT(Clock::now() - begun, timeout + 1s) << outcome;
    return outcome;
}

bool recovers(DirectoryHost& host) {
    return test::eventually([&] { return in_time(host) == "accepted jane"; });
}

class LdapFaults : public testing::Test {
 protected:
    Slapd slapd{{.tls = true, .log = "none"}};
    FaultProxy proxy{slapd.port()};
};

TEST_F(LdapFaults, EveryFaultIsUnavailableAndPasses) {
    DirectoryHost host(settings(url(proxy.port())));
    ASSERT_EQ(in_time(host), "accepted jane");
    for (const auto fault : {Fault::closes, Fault::garbage, Fault::cuts, Fault::swallows}) {
        SCOPED_TRACE(static_cast<int>(fault));
        proxy.set(fault);
        for (const auto* password : {"correct horse", "battery staple"}) {
            const auto outcome = in_time(host, password);
            if (fault == Fault::closes && outcome.starts_with("accepted")) continue;
            EXPECT_THAT(outcome, testing::AnyOf(StartsWith("unavailable"),
                                                StartsWith("rejected bad_credentials jane")))
                << host.log();
            if (outcome.starts_with("rejected")) {
                EXPECT_STREQ(password, "battery staple");
            }
        }
        proxy.set(Fault::none);
        EXPECT_TRUE(recovers(host)) << host.log();
    }
}

TEST_F(LdapFaults, ASlowServerIsWaitedForWithinTheDeadline) {
    DirectoryHost host(settings(url(proxy.port())));
    ASSERT_EQ(in_time(host), "accepted jane");
    proxy.set(Fault::slow);
    proxy.set_delay(500ms);
    EXPECT_EQ(in_time(host), "accepted jane") << "half a second each for the search and the bind";
    proxy.set_delay(2s);
    EXPECT_THAT(in_time(host), StartsWith("unavailable"));
    proxy.set(Fault::none);
    EXPECT_TRUE(recovers(host));
}

TEST_F(LdapFaults, AServerThatIsGoneComesBack) {
    DirectoryHost host(settings(url(slapd.port())));
    ASSERT_EQ(in_time(host), "accepted jane");
    slapd.kill();
    EXPECT_THAT(in_time(host), StartsWith("unavailable"));
    const auto begun = Clock::now();
    EXPECT_THAT(in_time(host), StartsWith("unavailable"));
    EXPECT_LT(Clock::now() - begun, 200ms) << "it is known to be down: nobody waits for it";
    slapd.start();
    EXPECT_TRUE(recovers(host));
    EXPECT_THAT(host.log(), HasSubstr("directory.server-up"));
}

TEST_F(LdapFaults, AServerThatHangsIsNotWaitedForTwice) {
    DirectoryHost host(settings(url(slapd.port())));
    ASSERT_EQ(in_time(host), "accepted jane");
    slapd.suspend();
    EXPECT_THAT(in_time(host), StartsWith("unavailable"));
    const auto begun = Clock::now();
    EXPECT_THAT(in_time(host), StartsWith("unavailable"));
    EXPECT_LT(Clock::now() - begun, 500ms);
    slapd.resume();
    EXPECT_TRUE(recovers(host));
}

TEST_F(LdapFaults, ARestartBetweenTwoLoginsIsNotNoticed) {
    DirectoryHost host(settings(url(slapd.port())));
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(in_time(host), "accepted jane") << host.log();
        slapd.stop();
        slapd.start();
    }
    EXPECT_EQ(in_time(host, "battery staple"), "rejected bad_credentials jane");
}

TEST_F(LdapFaults, TlsThatBreaksIsUnavailable) {
    FaultProxy tls_proxy(slapd.tls_port());
    DirectoryHost host(
        settings(url(tls_proxy.port(), "ldaps"), "tls.ca = \"" + slapd.ca() + "\"\n"));
    ASSERT_EQ(in_time(host), "accepted jane") << host.log();
    for (const auto fault : {Fault::cuts, Fault::garbage}) {
        tls_proxy.set(fault);
        EXPECT_THAT(in_time(host), StartsWith("unavailable"));
        tls_proxy.set(Fault::none);
        EXPECT_TRUE(recovers(host)) << host.log();
    }
}

TEST_F(LdapFaults, TheSecondServerAnswersForTheFirst) {
    Slapd second({.log = "none"});
    for (const std::string order : {"first", "round-robin"}) {
        SCOPED_TRACE(order);
        DirectoryHost host(
            settings(url(slapd.port()) + ", " + url(second.port()), "order = \"" + order + "\"\n"));
        ASSERT_EQ(in_time(host), "accepted jane");
        slapd.suspend();
        for (int i = 0; i < 4; ++i)
            EXPECT_EQ(in_time(host), "accepted jane") << i << host.log();
        EXPECT_EQ(in_time(host, "battery staple"), "rejected bad_credentials jane");
        second.kill();
        EXPECT_THAT(in_time(host, "battery staple"), StartsWith("unavailable"));
        slapd.resume();
        EXPECT_TRUE(recovers(host)) << "as soon as one is back";
        second.start();
    }
}

TEST_F(LdapFaults, OnlyOneLoginPaysForAServerThatDies) {
    Slapd second({.log = "none"});
    DirectoryHost host(settings(url(slapd.port()) + ", " + url(second.port())));
    ASSERT_EQ(in_time(host), "accepted jane");
    slapd.suspend();
    in_time(host);
    const auto begun = Clock::now();
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(in_time(host), "accepted jane");
    EXPECT_LT(Clock::now() - begun, 2s);
    slapd.resume();
}

}  // namespace
}  // namespace postern
