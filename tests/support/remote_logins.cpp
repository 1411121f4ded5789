#include "support/remote_logins.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "support/dovecot.hpp"
#include "support/eventually.hpp"

namespace postern::test {

using namespace std::chrono_literals;

void expect_a_hundred_over_five(DirectoryHost& host, const FaultProxy& proxy) {
    std::vector<std::thread> askers;
    for (int number = 1; number <= 100; ++number)
        askers.emplace_back([&, number] {
            const auto name = Dovecot::crowd_name(number);
            const bool right = number % 3 != 0;
            const auto password = Dovecot::crowd_password(right ? number : number + 1);
            EXPECT_EQ(host.outcome(name, password),
                      right ? "accepted " + name : "rejected bad_credentials");
        });
    for (auto& asker : askers)
        asker.join();
    EXPECT_LE(proxy.most_open(), 5U);
    EXPECT_GE(proxy.most_open(), 4U) << "it does use them";
}

void expect_one_round_trip(DirectoryHost& host, FaultProxy& proxy) {
    const auto log_in = [&] {
        EXPECT_EQ(host.outcome("jane@example.org", "correct horse"), "accepted jane@example.org");
    };
    ASSERT_TRUE(eventually([&] {
        log_in();
        return host.log().find("connection=\"prepared\"") != std::string::npos;
    }));
    ASSERT_TRUE(eventually([&] { return proxy.quiet_for(200ms); }));
    proxy.set_delay(700ms);
    proxy.set(FaultProxy::Fault::slow);
    const auto begun = std::chrono::steady_clock::now();
    log_in();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s)
        << "what is asked together may be answered apart" << host.log();
}

}  // namespace postern::test
