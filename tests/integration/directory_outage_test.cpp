// Whoever is remembered does not feel that the directory is down, nor who else is asking.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

#include "crypto/random.hpp"
#include "directory/layers.hpp"
#include "support/captured_log.hpp"
#include "support/fake_directory.hpp"
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
using test::FakeDirectory;
using namespace std::chrono_literals;

class DirectoryOutage : public testing::Test {
 protected:
    enum class State : std::uint8_t { up, refuses, hangs };
    static constexpr int users = 50;
    static constexpr std::chrono::milliseconds phase = 3s, between_strangers = 5ms,
                                               between_logins = 10ms;
    static constexpr auto floor = 10ms;  // beside it twice as long says nothing

    DirectoryOutage() {
        const auto redis_settings = test::redis_settings("url = \"" + redis.url() + "\"\n");
        const auto secret = crypto::random_octets(32);
        const auto keys = [&] { return cache::Keys(crypto::Secret(secret), "people", ""); };
        std::vector<cache::Redis*> clients;
        const auto connect = [&] {
            auto made =
                std::make_unique<cache::Redis>(redis_settings, "shared", log, io.get_executor());
            clients.push_back(made.get());
            return made;
        };
        cache::StoreSettings store_settings;
        store_settings.local = 500ms;  // Redis is looked at now and then
        auto store = std::make_shared<cache::Store>(
            store_settings,
            cache::Store::Parts{
                {keys(), std::nullopt}, connect(), log, io.get_executor(), "people"});
        LayerParts parts{
            log, "people", store,
            std::make_shared<cache::Attempts>(keys(), "guard", connect(), io.get_executor())};
        LayerSettings settings;
        settings.timeout = 2s;
        settings.limits.wait = 1s;
        settings.guard = GuardSettings();
        auto backend = std::make_unique<FakeDirectory>(
            [this](const Credentials& asked) { return answer(asked.copy()); });
        stack = stand_around(std::move(backend), layers_of_a_backend, settings, parts);
        test::run_until(io, [&] {
            return std::ranges::all_of(clients, [](auto* each) { return each->is_up(); });
        });
        for (int i = 0; i < users; ++i)
            log_in(i);
    }

    net::Task<AuthResult> answer(Credentials asked) {
        ++questions;
        if (state == State::refuses)
            throw boost::system::system_error(asio::error::connection_refused);
        if (state == State::hangs) co_await net::sleep_for(1h);
        co_await net::sleep_for(1ms);
        if (asked.login.text().starts_with("user"))
            co_return Accepted{{.name = asked.login.text()}};
        co_return Rejected{Reason::unknown_user, ""};
    }

    net::Clock::duration log_in(int user) {
        const auto asked = test::credentials(fmt::format("user{}", user), "right", "home");
        const auto begun = net::Clock::now();
        const auto result = test::run_task(io, stack->authenticate(asked));
        EXPECT_TRUE(std::holds_alternative<Accepted>(result));
        return net::Clock::now() - begun;
    }

    // 200 a second, each of a login that nobody has used.
    net::Task<> pour_in(net::Deadline until) {
        for (auto next = net::Clock::now(); next < until; next += between_strangers) {
            co_await net::sleep_for(next - net::Clock::now());
            ++open;
            asio::co_spawn(io, come(fmt::format("invented{}", ++strangers)), asio::detached);
        }
    }
    net::Task<> come(std::string login) {
        const auto asked = test::credentials(login, "guess", fmt::format("bot {}", strangers));
        const auto answer = co_await stack->authenticate(asked);
        if (std::holds_alternative<Rejected>(answer)) ++refused;
        --open;
    }

    // What one in a hundred exceeds: logins of those who are remembered, and how late a thread
    // that does nothing wakes up meanwhile, which is what the machine takes from everybody.
    struct Slowest {
        net::Clock::duration login, machine;
    };
    static net::Clock::duration one_in_a_hundred(std::vector<net::Clock::duration> times) {
        EXPECT_GT(times.size(), 50u) << "or it measures nothing";
        std::ranges::sort(times);
        return times.at(times.size() * 99 / 100);
    }
    Slowest slowest(State wanted, bool with_strangers) {
        state = wanted;
        const auto until = net::Clock::now() + phase;
        if (with_strangers) asio::co_spawn(io, pour_in(until), asio::detached);
        std::vector<net::Clock::duration> times, late;
        std::thread idle([&] {
            while (net::Clock::now() < until) {
                const auto due = net::Clock::now() + between_logins;
                std::this_thread::sleep_until(due);
                late.push_back(net::Clock::now() - due);
            }
        });
        for (int user = 0; net::Clock::now() < until; user = (user + 1) % users) {
            times.push_back(log_in(user));
            test::run_task(io, net::sleep_for(between_logins));
        }
        idle.join();
        test::run_until(io, [&] { return open == 0; });
        return {one_in_a_hundred(times), one_in_a_hundred(late)};
    }
    static double milliseconds(net::Clock::duration time) {
        return std::chrono::duration<double, std::milli>(time).count();
    }

    test::RedisServer redis;
    asio::io_context io{1};
    test::CapturedLog log;
    State state = State::up;
    std::size_t questions = 0, strangers = 0, open = 0, refused = 0;
    std::unique_ptr<Directory> stack;
};

TEST_F(DirectoryOutage, WhoIsRememberedDoesNotWaitForItNorForStrangers) {
    const auto normal = slowest(State::up, false).login;
    RecordProperty("normal_ms", fmt::format("{:.2f}", milliseconds(normal)));
    for (const auto outage : {State::refuses, State::hangs}) {
        refused = strangers = 0;
        const auto asked = questions;
        const auto [p99, machine] = slowest(outage, true);
        const auto* name = outage == State::refuses ? "refusing" : "hanging";
        RecordProperty(fmt::format("{}_ms", name), fmt::format("{:.2f}", milliseconds(p99)));
        RecordProperty(fmt::format("{}_machine_ms", name),
                       fmt::format("{:.2f}", milliseconds(machine)));
        EXPECT_LT(p99, 2 * normal + floor + machine)
            << name << ": " << milliseconds(p99) << " ms, normally " << milliseconds(normal)
            << ", and the machine " << milliseconds(machine);
        EXPECT_GT(strangers, phase / between_strangers / 2);
        EXPECT_EQ(refused, 0u) << "nobody could tell";
        EXPECT_GT(questions, asked);
        EXPECT_LT(questions - asked, strangers / 2) << "it is left alone while it is down";
    }
}

}  // namespace
}  // namespace postern::directory
