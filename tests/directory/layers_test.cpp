#include "directory/layers.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "crypto/random.hpp"
#include "support/captured_log.hpp"
#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Credentials;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;
using test::Door;
using test::FakeDirectory;
using test::Running;
using namespace std::chrono_literals;

// A backend with all that stands around it, once in its order and once with two neighbours in each
// other's place: a promise that holds in one breaks in the other.
class LayersTest : public testing::Test {
 protected:
    void build(bool in_order, Layer outer) {
        std::vector<Layer> layers(layers_of_a_backend.begin(), layers_of_a_backend.end());
        if (!in_order) {
            const auto place = std::ranges::find(layers, outer);
            std::iter_swap(place, std::next(place));
        }
        auto ask = [this](const Credentials& asked) { return answer(asked.copy()); };
        auto backend = std::make_unique<FakeDirectory>(ask);
        backend->set_check([this](const std::string&) { return changed(); });
        record = backend->record();
        const auto keys = [secret = crypto::random_octets(32)] {
            return cache::Keys(crypto::Secret(secret), "people", "");
        };
        cache::Store::Parts parts{
            {keys(), std::nullopt}, nullptr, log, io.get_executor(), "people"};
        auto attempts =
            std::make_shared<cache::Attempts>(keys(), "guard", nullptr, io.get_executor());
        auto store = std::make_shared<cache::Store>(store_settings, std::move(parts));
        stack = stand_around(std::move(backend), layers, settings,
                             {log, "people", std::move(store), std::move(attempts)});
    }

    net::Task<AuthResult> answer(Credentials asked) {
        if (takes > 0ms) co_await net::sleep_for(takes);
        co_await door->pass();
        if (down) co_return Unavailable{Scope::directory, "down"};
        if (asked.login.text() == "nobody") co_return Rejected{Reason::unknown_user, ""};
        if (asked.password.reveal() == "right")
            co_return Accepted{
                {.name = asked.login.text()}, identity::Source::directory, "as it was"};
        co_return Rejected{Reason::bad_credentials, asked.login.text()};
    }

    net::Task<StampResult> changed() {
        co_await net::sleep_for(check_takes);
        co_return Stamp::differs;
    }

    Running<AuthResult>& ask(const std::string& login, const std::string& password,
                             const std::string& network = "home") {
        questions.push_back(
            std::make_unique<Credentials>(test::credentials(login, password, network)));
        running.push_back(
            std::make_unique<Running<AuthResult>>(io, stack->authenticate(*questions.back())));
        test::run_ready(io);
        return *running.back();
    }
    std::string outcome(Running<AuthResult>& question) {
        test::run_until(io, [&] { return question.done(); });
        const auto result = question.value();
        if (const auto* accepted = std::get_if<Accepted>(&result))
            return std::string("accepted ") + identity::to_string(accepted->source);
        if (std::holds_alternative<Rejected>(result)) return "rejected";
        return identity::to_string(std::get<Unavailable>(result).scope);
    }
    std::string outcome(const std::string& login, const std::string& password,
                        const std::string& network = "home") {
        return outcome(ask(login, password, network));
    }

    // Outlives who still waits when the io_context goes.
    std::shared_ptr<Door> door = std::make_shared<Door>();
    asio::io_context io{1};
    test::CapturedLog log;
    LayerSettings settings;
    cache::StoreSettings store_settings;
    std::chrono::milliseconds takes{0}, check_takes{0};
    bool down = false;
    std::shared_ptr<const FakeDirectory::Record> record;
    std::vector<std::unique_ptr<Credentials>> questions;
    std::unique_ptr<Directory> stack;
    std::vector<std::unique_ptr<Running<AuthResult>>> running;
};

class Order : public LayersTest, public testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(Layers, Order, testing::Bool(), [](const auto& each) {
    return each.param ? "AsItIs" : "NeighboursSwapped";
});

// What is remembered may have to be looked up and checked before anybody is asked: that is waiting,
// too. Inside the cache a deadline would begin when this is over.
TEST_P(Order, WhatTheCacheWaitsForIsPartOfTheTime) {
    settings.timeout = 2s;
    settings.invalidation.checks = true;
    store_settings.local = 0ms;
    check_takes = 220ms;
    build(GetParam(), Layer::timed);
    door->let_pass();
    ASSERT_EQ(outcome("jane", "right"), "accepted directory");
    auto& question = ask("jane", "right");
    test::run_until(io, [&] { return question.done(); });
    const auto result = question.value();
    EXPECT_EQ(std::get<Unavailable>(result).why,
              fmt::format("no answer within {} ms", GetParam() ? 2000 : 1800))
        << "1800 ms are those of the attempt, behind the check";
}

TEST_P(Order, WhoIsRememberedNeverMeetsTheGuard) {
    settings.guard = GuardSettings{.failures = 2, .total = 2};
    door->open();
    build(GetParam(), Layer::cached);
    ASSERT_EQ(outcome("jane", "right"), "accepted directory");
    outcome("jane", "wrong");
    outcome("jane", "worse");
    EXPECT_EQ(outcome("jane", "other"), "held");
    EXPECT_EQ(outcome("jane", "right"), GetParam() ? "accepted cache" : "held");
}

TEST_P(Order, WhomTheGuardHoldsHearsNoAnswerThatAnotherNetworkIsWaitingFor) {
    settings.guard = GuardSettings{.failures = 1, .total = 100};
    build(GetParam(), Layer::guarded);
    door->let_pass();
    ASSERT_EQ(outcome("jane", "wrong", "attacker"), "rejected");
    auto& owner = ask("jane", "right", "home");
    auto& attacker = ask("jane", "right", "attacker");
    door->open();
    EXPECT_EQ(outcome(owner), "accepted directory");
    EXPECT_EQ(outcome(attacker), GetParam() ? "held" : "accepted directory");
}

TEST_P(Order, OneQuestionThatFailsIsOneFailureHoweverManyWaitForIt) {
    settings.breaker.failures = 3;
    build(GetParam(), Layer::single_flight);
    down = true;
    for (int i = 0; i < 3; ++i)
        ask("jane", "right");
    door->open();
    for (auto& each : running)
        EXPECT_EQ(outcome(*each), "directory");
    EXPECT_EQ(log.contains("breaker-open"), !GetParam()) << log.text();
}

TEST_P(Order, WhileItIsDownNobodyWaitsForAPlace) {
    settings.breaker = {.failures = 1, .pause = 1ms, .longest_pause = 1ms};
    settings.limits = {.concurrency = 1, .queue = 0};
    build(GetParam(), Layer::breaker);
    down = true;
    door->let_pass();
    ASSERT_EQ(outcome("jane", "right"), "directory");
    test::run_task(io, net::sleep_for(5ms));
    ask("probe", "right");
    EXPECT_EQ(record->inside, 1u);
    EXPECT_EQ(outcome("paul", "right"), GetParam() ? "directory" : "busy");
}

TEST_P(Order, WhoWaitsForAPlaceIsNoFaultOfTheDirectory) {
    settings.timeout = 400ms;
    settings.breaker.failures = 1;
    settings.limits = {.concurrency = 1, .queue = 100, .wait = 10s};
    takes = 100ms;
    door->open();
    build(GetParam(), Layer::limited);
    for (int i = 0; i < 7; ++i)
        ask(fmt::format("user{}", i), "right");
    for (auto& each : running)
        outcome(*each);
    EXPECT_EQ(log.contains("breaker-open"), !GetParam()) << log.text();
}

// What somebody types, and what the guard lets them hear, whether the login is anybody's or not.
TEST_F(LayersTest, TheGuardDoesNotTellWhichLoginsExist) {
    struct Try {
        const char* password;
        const char* network;
        const char* hears;
    };
    constexpr Try tries[] = {
        {"a", "home", "rejected"},      {"a", "home", "rejected"},      {"b", "home", "rejected"},
        {"a", "home", "rejected"},      {"c", "home", "held"},          {"b", "home", "rejected"},
        {"c", "elsewhere", "rejected"}, {"d", "elsewhere", "held"},     {"e", "third", "held"},
        {"a", "home", "rejected"},      {"c", "elsewhere", "rejected"}, {"f", "home", "held"},
    };
    settings.guard = GuardSettings{.failures = 2, .total = 3};
    door->open();
    build(true, Layer::timed);
    for (const char* login : {"jane", "nobody"})
        for (const auto& [password, network, hears] : tries)
            EXPECT_EQ(outcome(login, password, network), hears)
                << login << " " << password << " from " << network;
    const auto asked = [&](const char* login) { return std::ranges::count(record->asked, login); };
    EXPECT_EQ(asked("jane"), 3);
    EXPECT_EQ(asked("nobody"), 1);
}

TEST_F(LayersTest, WhileItHangsAPasswordThatWasRightServesInTime) {
    settings.timeout = 200ms;
    store_settings.rules.positive = 1ms;
    store_settings.rules.stale = 1h;
    build(true, Layer::timed);
    door->let_pass();
    ASSERT_EQ(outcome("jane", "right"), "accepted directory");
    test::run_task(io, net::sleep_for(5ms));
    EXPECT_EQ(outcome("jane", "right"), "accepted stale");
    EXPECT_EQ(outcome("jane", "right", "elsewhere"), "directory") << "a network of no success";
    EXPECT_EQ(outcome("jane", "wrong"), "directory");
}

}  // namespace
}  // namespace postern::directory
