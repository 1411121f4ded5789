// How long one question waits for Redis in all, however often it has to look there.
#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/random.hpp"
#include "directory/layers.hpp"
#include "support/captured_log.hpp"
#include "support/fake_directory.hpp"
#include "support/fault_proxy.hpp"
#include "support/redis.hpp"
#include "support/redis_host.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::AuthResult;
using test::FakeDirectory;
using test::FaultProxy;
using test::RedisServer;
using namespace std::chrono_literals;

// A directory with all that stands around it: record, account, two more under the previous key, and
// the guard are as many reasons to wait for Redis.
class RedisWaitTest : public testing::Test {
 protected:
    static constexpr auto timeout = 300ms;

    RedisWaitTest() {
        const auto lines = "url = \"redis://127.0.0.1:" + std::to_string(proxy.port()) +
                           "\"\ntimeout = \"300ms\"\n";
        const auto redis_settings = test::redis_settings(lines);
        const auto keys = [](const std::string& secret) {
            return cache::Keys(crypto::Secret(secret), "people", "");
        };
        const auto connect = [&] {
            auto made =
                std::make_unique<cache::Redis>(redis_settings, "shared", log, io.get_executor());
            clients.push_back(made.get());
            return made;
        };
        const auto now = crypto::random_octets(32), before = crypto::random_octets(32);
        cache::KeyRing ring{keys(now), keys(before)};
        store = std::make_shared<cache::Store>(
            cache::StoreSettings{},
            cache::Store::Parts{std::move(ring), connect(), log, io.get_executor(), "people"});
        LayerParts parts{
            log, "people", store,
            std::make_shared<cache::Attempts>(keys(now), "guard", connect(), io.get_executor())};
        LayerSettings settings;
        settings.guard = GuardSettings();
        stack = stand_around(std::make_unique<FakeDirectory>(FakeDirectory::accept()),
                             layers_of_a_backend, settings, parts);
        test::run_until(io, [&] {
            return std::ranges::all_of(clients, [](auto* each) { return each->is_up(); });
        });
    }
    net::Clock::duration ask(const std::string& login) {
        const auto question = test::credentials(login, "right", "home");
        const auto begun = net::Clock::now();
        const auto result = test::run_task(io, stack->authenticate(question));
        EXPECT_TRUE(std::holds_alternative<identity::Accepted>(result));
        return net::Clock::now() - begun;
    }

    RedisServer redis;
    FaultProxy proxy{redis.port()};
    asio::io_context io{1};
    test::CapturedLog log;
    std::vector<cache::Redis*> clients;
    std::shared_ptr<cache::Store> store;
    std::unique_ptr<Directory> stack;
};

TEST_F(RedisWaitTest, ASlowRedisCostsItsTimeoutOnce) {
    ask("paul");  // it is taught the scripts
    proxy.set_delay(120ms);
    proxy.set(FaultProxy::Fault::slow);
    for (const char* login : {"jane", "joe"}) {
        const auto took = ask(login);
        EXPECT_GE(took, 200ms) << "several looks, each in time";
        EXPECT_LT(took, timeout + 150ms) << "and a busy machine";
        test::run_task(io, net::sleep_for(1500ms));  // what is written behind is slow as well
    }
}

TEST_F(RedisWaitTest, ARedisThatSaysNothingCostsItsTimeoutOnce) {
    redis.suspend();
    for (const char* login : {"jane", "joe", "mary", "ann", "eve"})
        EXPECT_LT(ask(login), timeout + 150ms) << login;
    redis.resume();
}

}  // namespace
}  // namespace postern::directory
