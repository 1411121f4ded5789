#include "directory/recent_successes.hpp"

#include <gtest/gtest.h>

#include "support/fake_directory.hpp"

namespace postern::directory {
namespace {

using test::credentials;
using namespace std::chrono_literals;

const net::Clock::time_point start{1h};

TEST(RecentSuccesses, KnowsALoginOrANetworkThatSucceeded) {
    RecentSuccesses recent;
    recent.remember(credentials("jane", "x", "192.0.2.1"), start);
    struct Case {
        const char *login, *network;
        bool known;
    };
    for (const auto& [login, network, known] : {
             Case{"jane", "192.0.2.1", true},
             Case{"JANE", "198.51.100.7", true},
             Case{"joe", "192.0.2.1", true},
             Case{"joe", "198.51.100.7", false},
             Case{"192.0.2.1", "jane", false},
         })
        EXPECT_EQ(recent.knows(credentials(login, "x", network), start), known) << login << network;
    EXPECT_TRUE(recent.knows(test::login("jane"), start));
    EXPECT_FALSE(recent.knows(test::login("joe"), start));
}

TEST(RecentSuccesses, AnEmptyNetworkIsNobodys) {
    RecentSuccesses recent;
    recent.remember(credentials("jane", "x", ""), start);
    EXPECT_FALSE(recent.knows(credentials("joe", "x", ""), start));
}

TEST(RecentSuccesses, ForgetsAfterItsTime) {
    RecentSuccesses recent({.entries = 10, .lasting = 60s});
    recent.remember(credentials("jane"), start);
    EXPECT_TRUE(recent.knows(test::login("jane"), start + 60s));
    EXPECT_FALSE(recent.knows(test::login("jane"), start + 61s));
    recent.remember(credentials("jane"), start + 61s);
    EXPECT_TRUE(recent.knows(test::login("jane"), start + 120s));
}

TEST(RecentSuccesses, KeepsTheLatestWhenItIsFull) {
    RecentSuccesses recent({.entries = 2, .lasting = 60s});
    recent.remember(credentials("a"), start);
    recent.remember(credentials("b"), start);
    recent.remember(credentials("a"), start);
    recent.remember(credentials("c"), start);
    EXPECT_TRUE(recent.knows(test::login("a"), start));
    EXPECT_FALSE(recent.knows(test::login("b"), start));
    EXPECT_TRUE(recent.knows(test::login("c"), start));
}

}  // namespace
}  // namespace postern::directory
