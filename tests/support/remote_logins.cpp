#include "support/remote_logins.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "support/dovecot.hpp"
#include "support/eventually.hpp"

namespace postern::test {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::Each;
using testing::HasSubstr;

void log_in_a_hundred(DirectoryHost& host) {
    std::vector<std::thread> askers;
    for (int number = 1; number <= 100; ++number)
        askers.emplace_back([&host, number] {
            const auto name = Dovecot::crowd_name(number);
            const bool right = number % 3 != 0;
            const auto password = Dovecot::crowd_password(right ? number : number + 1);
            EXPECT_EQ(host.outcome(name, password),
                      right ? "accepted " + name : "rejected bad_credentials");
        });
    for (auto& asker : askers)
        asker.join();
}

void expect_one_round_trip(DirectoryHost& host, const FaultProxy& proxy, std::size_t to_prepare) {
    for (int logins = 0; logins < 5; ++logins) {
        EXPECT_TRUE(eventually([&] { return proxy.quiet_for(50ms); }));
        EXPECT_EQ(host.outcome("jane@example.org", "correct horse"), "accepted jane@example.org");
    }
    EXPECT_THAT(host.log(), HasSubstr("connection=\"prepared\""));
    const auto all_left = [&] {
        return std::ranges::count(proxy.round_trips(), to_prepare + 2) == 5 &&
               proxy.quiet_for(200ms);
    };
    EXPECT_TRUE(eventually(all_left));
    // The last one is at rest.
    EXPECT_THAT(proxy.round_trips(), Each(AnyOf(to_prepare, to_prepare + 2)));
}

}  // namespace postern::test
