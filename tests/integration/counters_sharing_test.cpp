// Counts of failed logins that several gateways share in a real Redis.
#include <gtest/gtest.h>

#include "cache/counters.hpp"
#include "crypto/random.hpp"
#include "support/redis.hpp"
#include "support/redis_host.hpp"
#include "support/run_task.hpp"

namespace postern::cache {
namespace {

using namespace std::chrono_literals;

class CountersSharing : public testing::Test {
 protected:
    std::shared_ptr<Counters> gateway() {
        const auto settings =
            test::redis_settings("url = \"" + redis.url() + "\"\ntimeout = \"2s\"\n");
        auto connection = std::make_unique<Redis>(settings, "shared", log, io.get_executor());
        const auto* client = connection.get();
        auto made = std::make_shared<Counters>(Keys(crypto::Secret(key), "session.auth.limits", ""),
                                               "limit", std::move(connection), io.get_executor());
        test::run_until(io, [&] { return client->is_up(); });
        return made;
    }
    // Once what was counted so far has arrived.
    std::uint64_t count_of(Counters& counters, const std::string& name) {
        test::run_task(io, net::sleep_for(50ms));
        return test::run_task(io, counters.read({name})).at(0);
    }

    boost::asio::io_context io{1};
    test::KeptLog log;
    test::RedisServer redis;
    std::string key = crypto::random_octets(32);
    std::shared_ptr<Counters> a = gateway(), b = gateway();
};

TEST_F(CountersSharing, WhatIsCountedHereIsCountedEverywhere) {
    a->count("login jane", 1min);
    b->count("login jane", 1min);
    EXPECT_EQ(count_of(*a, "login jane"), 2u);
    EXPECT_EQ(count_of(*b, "login jane"), 2u);
}

TEST_F(CountersSharing, OfALoginThatNobodyHasTheSecondOneIsToldWithTheFirst) {
    a->count_as_nobody("login nobody", 1min);
    EXPECT_EQ(count_of(*a, "login nobody"), 1u);
    EXPECT_EQ(count_of(*b, "login nobody"), 0u);
    EXPECT_EQ(redis.ask({"DBSIZE"}), "0");
    a->count_as_nobody("login nobody", 1min);
    EXPECT_EQ(count_of(*a, "login nobody"), 2u);
    EXPECT_EQ(count_of(*b, "login nobody"), 2u);
    b->count_as_nobody("login nobody", 1min);
    EXPECT_EQ(count_of(*b, "login nobody"), 3u) << "with what b alone knows";
    EXPECT_EQ(count_of(*a, "login nobody"), 2u);
    b->count_as_nobody("login nobody", 1min);
    EXPECT_EQ(count_of(*a, "login nobody"), 4u);
}

TEST_F(CountersSharing, AnAccountThatIsNamedIsToldWithWhatWasKept) {
    a->count_as_nobody("login jane", 1min);
    a->count("login jane", 1min);
    EXPECT_EQ(count_of(*b, "login jane"), 2u);
}

TEST_F(CountersSharing, WhatIsForgottenIsNotKeptEither) {
    a->count_as_nobody("login nobody", 1min);
    a->forget("login nobody");
    EXPECT_EQ(count_of(*a, "login nobody"), 0u);
    a->count_as_nobody("login nobody", 1min);
    a->count_as_nobody("login nobody", 1min);
    EXPECT_EQ(count_of(*b, "login nobody"), 2u);
}

TEST_F(CountersSharing, BeyondWhatRedisHearsOfEachGatewayCountsForItself) {
    for (int login = 0; login < 6000; ++login) {
        for (int failure = 0; failure < 2; ++failure)
            a->count_as_nobody("login invented" + std::to_string(login), 1min);
        if (login % 500 == 0) count_of(*a, "login nobody");
    }
    for (int failure = 0; failure < 3; ++failure) {
        a->count_as_nobody("login nobody", 1min);
        a->count("login jane", 1min);
    }
    EXPECT_EQ(count_of(*a, "login nobody"), 3u);
    EXPECT_EQ(count_of(*b, "login nobody"), 0u);
    EXPECT_EQ(count_of(*b, "login jane"), 3u);
}

}  // namespace
}  // namespace postern::cache
