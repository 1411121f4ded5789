// The lockout guard of several gateways that count together in a real Redis.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/random.hpp"
#include "directory/guarded.hpp"
#include "support/fake_directory.hpp"
#include "support/fault_proxy.hpp"
#include "support/redis.hpp"
#include "support/redis_host.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Credentials;
using identity::Reason;
using identity::Rejected;
using identity::Unavailable;
using test::Door;
using test::FakeDirectory;
using test::RedisServer;
using test::Running;
using namespace std::chrono_literals;

// Gateways before one directory, which lets nobody's answer out before its door is open.
class GuardSharing : public testing::Test {
 protected:
    struct Gateway {
        cache::Redis* redis;
        std::unique_ptr<Guarded> guarded;
    };

    std::unique_ptr<Gateway> gateway(const GuardSettings& settings, std::uint16_t port = 0) {
        const auto lines = fmt::format("url = \"redis://127.0.0.1:{}\"\ntimeout = \"{}\"\n",
                                       port == 0 ? redis.port() : port, redis_timeout);
        auto connection = std::make_unique<cache::Redis>(test::redis_settings(lines), "shared", log,
                                                         io.get_executor());
        auto made = std::make_unique<Gateway>();
        made->redis = connection.get();
        auto attempts =
            std::make_shared<cache::Attempts>(cache::Keys(crypto::Secret(key), "people", ""),
                                              "guard", std::move(connection), io.get_executor());
        auto inner = std::make_unique<FakeDirectory>(
            [this](const Credentials& asked) { return answer(asked.copy()); });
        made->guarded = std::make_unique<Guarded>(std::move(inner), settings, std::move(attempts));
        test::run_until(io, [&] { return made->redis->is_up(); });
        return made;
    }
    net::Task<AuthResult> answer(Credentials asked) {
        ++questions;
        co_await door->pass();
        if (verdict) co_return *verdict;
        if (asked.password.reveal() == "right") co_return Accepted{{.name = asked.login.text()}};
        co_return Rejected{Reason::bad_credentials, asked.login.text()};
    }

    Running<AuthResult>& begin(Gateway& at, const std::string& password,
                               const std::string& login = "jane") {
        credentials.push_back(
            std::make_unique<Credentials>(test::credentials(login, password, "192.0.2.1")));
        running.push_back(std::make_unique<Running<AuthResult>>(
            io, at.guarded->authenticate(*credentials.back())));
        return *running.back();
    }
    std::string outcome(Running<AuthResult>& question) {
        test::run_until(io, [&] { return question.done(); });
        const auto result = question.value();
        if (std::holds_alternative<Accepted>(result)) return "accepted";
        if (std::holds_alternative<Rejected>(result)) return "rejected";
        return to_string(std::get<Unavailable>(result).scope);
    }
    std::string ask(Gateway& at, const std::string& password, const std::string& login = "jane") {
        return outcome(begin(at, password, login));
    }
    // Until what is told behind somebody's back has arrived.
    void settle() { test::run_task(io, net::sleep_for(50ms)); }

    std::shared_ptr<Door> door = std::make_shared<Door>();
    asio::io_context io{1};
    test::KeptLog log;
    RedisServer redis;
    std::string redis_timeout = "2s";  // longer than a busy machine is busy
    std::string key = crypto::random_octets(32);
    std::size_t questions = 0;
    std::optional<AuthResult> verdict;
    std::vector<std::unique_ptr<Credentials>> credentials;
    std::vector<std::unique_ptr<Running<AuthResult>>> running;
};

TEST_F(GuardSharing, NoMoreAreUnderWayAtAllGatewaysThanMayFail) {
    std::vector<std::unique_ptr<Gateway>> gateways;
    for (int i = 0; i < 4; ++i)
        gateways.push_back(gateway({.failures = 4, .total = 4}));
    for (int i = 0; i < 10; ++i)
        for (const auto& each : gateways)
            begin(*each, fmt::format("wrong {} at {}", i, fmt::ptr(each.get())));
    test::run_task(io, net::sleep_for(400ms));
    EXPECT_EQ(questions, 4u);
    door->open();
    std::size_t refused = 0;
    for (auto& each : running)
        refused += outcome(*each) == "rejected" ? 1 : 0;
    EXPECT_EQ(refused, 4u);
    EXPECT_EQ(questions, 4u);
    EXPECT_EQ(ask(*gateways[0], "right"), "held");
}

TEST_F(GuardSharing, WhoWaitsForAnotherGatewaysQuestionGoesOnWhenItsPasswordWasRight) {
    auto a = gateway({.failures = 1, .total = 1}), b = gateway({.failures = 1, .total = 1});
    auto& first = begin(*a, "right");
    test::run_until(io, [&] { return questions == 1; });
    auto& second = begin(*b, "right");
    test::run_task(io, net::sleep_for(100ms));
    EXPECT_EQ(questions, 1u);
    door->open();
    EXPECT_EQ(outcome(first), "accepted");
    EXPECT_EQ(outcome(second), "accepted");
}

TEST_F(GuardSharing, WhatWasNotJudgedGivesItsPlaceBackAndWhatMayHaveBeenKeepsIt) {
    auto a = gateway({.failures = 2, .total = 2}), b = gateway({.failures = 2, .total = 2});
    door->open();
    verdict = Unavailable{identity::Scope::busy, "not asked", false};
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(ask(*a, fmt::format("{}", i)), "busy");
        settle();
    }
    EXPECT_EQ(redis.ask({"DBSIZE"}), "0") << "no place is left taken";
    verdict = Unavailable{identity::Scope::directory, "no answer"};
    EXPECT_EQ(ask(*a, "right"), "directory");
    EXPECT_EQ(ask(*b, "right"), "directory");
    settle();
    EXPECT_EQ(ask(*a, "right"), "held");
    EXPECT_EQ(ask(*b, "right"), "held");
    EXPECT_EQ(ask(*b, "right", "paul"), "directory");
}

TEST_F(GuardSharing, ARefusalThatNamesNoAccountIsToldFromTheFirstOneOn) {
    auto a = gateway({.failures = 2, .total = 2}), b = gateway({.failures = 2, .total = 2});
    door->open();
    verdict = Rejected{Reason::bad_credentials, ""};
    EXPECT_EQ(ask(*a, "one"), "rejected");
    settle();
    EXPECT_EQ(ask(*b, "two"), "rejected");
    settle();
    EXPECT_EQ(ask(*a, "three"), "held");
    EXPECT_EQ(ask(*b, "three"), "held");
}

TEST_F(GuardSharing, AQuestionCostsOneRoundTripBeforeItIsAsked) {
    test::FaultProxy proxy(redis.port());
    auto a = gateway({.failures = 50, .total = 50}, proxy.port());
    const auto trips = [&] {
        std::size_t sum = 0;
        for (const auto each : proxy.round_trips())
            sum += each;
        return sum;
    };
    door->open();
    ask(*a, "wrong");  // Redis is taught the scripts
    settle();
    *door = Door();
    const auto before = trips();
    auto& question = begin(*a, "wrong too");
    test::run_until(io, [&] { return questions == 2; });
    settle();
    EXPECT_EQ(trips(), before + 1);
    door->open();
    EXPECT_EQ(outcome(question), "rejected");
}

TEST_F(GuardSharing, WithoutRedisEachGatewayCountsForItselfAndTellsItLater) {
    redis_timeout = "50ms";
    auto a = gateway({.failures = 2, .total = 2}), b = gateway({.failures = 2, .total = 2});
    door->open();
    redis.suspend();
    EXPECT_EQ(ask(*a, "wrong"), "rejected");
    EXPECT_EQ(ask(*a, "wrong again"), "rejected");
    EXPECT_EQ(ask(*a, "right"), "held");
    redis.resume();
    test::run_until(io, [&] { return a->redis->is_up() && b->redis->is_up(); });
    test::run_until(io, [&] {
        ask(*a, "right");
        return ask(*b, "right") == "held";
    });
}

TEST_F(GuardSharing, ALoginThatNobodyHasIsHeldEverywhereAndAFloodOfThemStaysHere) {
    auto a = gateway({.failures = 3, .total = 3}), b = gateway({.failures = 3, .total = 3});
    door->open();
    verdict = Rejected{Reason::unknown_user, ""};
    for (int i = 0; i < 200; ++i)
        EXPECT_EQ(ask(*a, "guess", fmt::format("invented{}", i)), "rejected");
    settle();
    EXPECT_EQ(redis.ask({"DBSIZE"}), "0");
    EXPECT_EQ(ask(*a, "one", "nobody"), "rejected");
    EXPECT_EQ(ask(*a, "two", "nobody"), "rejected");
    settle();
    EXPECT_EQ(ask(*b, "three", "nobody"), "rejected");
    EXPECT_EQ(ask(*a, "four", "nobody"), "rejected") << "b's first one b knows alone";
    settle();
    EXPECT_EQ(ask(*a, "five", "nobody"), "held");
    EXPECT_EQ(ask(*b, "five", "nobody"), "held");
}

}  // namespace
}  // namespace postern::directory
