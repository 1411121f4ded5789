// How long one question waits for Redis in all, however often it has to look there.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "crypto/random.hpp"
#include "directory/chain.hpp"
#include "directory/layers.hpp"
#include "directory/migrating.hpp"
#include "session/auth_limits.hpp"
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

constexpr auto timeout = 300ms;

// Directories with all that stands around one: record, account, two more under the previous key,
// and the guard are as many reasons to wait for Redis.
class RedisWaitTest : public testing::Test {
 protected:
    std::unique_ptr<Directory> stand_around_it(std::unique_ptr<Directory> backend,
                                               const std::string& name, asio::io_context& at) {
        const auto keys = [&](const std::string& secret) {
            return cache::Keys(crypto::Secret(secret), name, "");
        };
        cache::KeyRing ring{keys(now), keys(before)};
        LayerParts parts{
            log, name,
            std::make_shared<cache::Store>(
                cache::StoreSettings(),
                cache::Store::Parts{std::move(ring), connect(at), log, at.get_executor(), name}),
            std::make_shared<cache::Attempts>(keys(now), "guard", connect(at), at.get_executor())};
        LayerSettings settings;
        settings.guard = GuardSettings();
        return stand_around(std::move(backend), layers_of_a_backend, settings, parts);
    }
    std::unique_ptr<cache::Redis> connect(asio::io_context& at) {
        ++connections;
        return std::make_unique<cache::Redis>(redis_settings, "shared", log, at.get_executor());
    }
    void wait_until_connected() {
        test::run_until(io, [&] {
            io.poll();
            return log.count("cache.redis-up") == connections;
        });
    }

    RedisServer redis;
    FaultProxy proxy{redis.port()};
    const std::shared_ptr<const cache::RedisSettings> redis_settings = test::redis_settings(
        "url = \"redis://127.0.0.1:" + std::to_string(proxy.port()) + "\"\ntimeout = \"300ms\"\n");
    const std::string now = crypto::random_octets(32), before = crypto::random_octets(32);
    asio::io_context io{1};
    test::KeptLog log;
    std::size_t connections = 0;
};

class OneDirectory : public RedisWaitTest {
 protected:
    OneDirectory() { wait_until_connected(); }
    net::Clock::duration ask(const std::string& login) {
        const auto question = test::credentials(login, "right", "home");
        const auto begun = net::Clock::now();
        const auto result = test::run_task(io, stack->authenticate(question));
        EXPECT_TRUE(std::holds_alternative<identity::Accepted>(result));
        return net::Clock::now() - begun;
    }

    std::unique_ptr<Directory> stack =
        stand_around_it(std::make_unique<FakeDirectory>(FakeDirectory::accept()), "people", io);
};

TEST_F(OneDirectory, ASlowRedisCostsItsTimeoutOnce) {
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

TEST_F(OneDirectory, ARedisThatSaysNothingCostsItsTimeoutOnce) {
    redis.suspend();
    for (const char* login : {"jane", "joe", "mary", "ann", "eve"})
        EXPECT_LT(ask(login), timeout + 150ms) << login;
    redis.resume();
}

// Whoever was taken in is known there.
class NewHome final : public Directory {
 public:
    net::Task<AuthResult> authenticate(const identity::Credentials& asked) override {
        if (!people_.contains(asked.login.text())) co_return unknown;
        co_return identity::Accepted{{.name = asked.login.text()}};
    }
    net::Task<identity::LookupResult> lookup(const identity::Login&) override {
        co_return identity::Unavailable();
    }
    Capabilities capabilities() const override { return {.takes_in = true}; }
    net::Task<AdoptResult> adopt(const Newcomer& newcomer) override {
        people_.insert(newcomer.principal.name);
        co_return Adopted::taken_in;
    }

    static inline const identity::Rejected unknown{identity::Reason::unknown_user, ""};

 private:
    std::set<std::string> people_;
};

// Several of them on the way of one AUTH, each on its thread, behind its limits.
class SeveralDirectories : public RedisWaitTest {
 protected:
    SeveralDirectories() {
        session::AuthLimitSettings settings;
        settings.failures = {100, 50, 10};
        auto local = std::make_shared<cache::LocalCounters>(1000);
        auto counters = std::make_shared<cache::Counters>(
            cache::Keys(crypto::Secret(now), "session.auth.limits", ""), "limit", connect(io),
            io.get_executor(), local);
        limits = std::make_shared<session::AuthLimits>(settings, io, local,
                                                       [counters] { return counters; });
        limits->start();
    }
    std::shared_ptr<Service> service(const std::string& name, std::unique_ptr<Directory> backend) {
        return std::make_shared<Service>(name, 5s, log, [&](asio::io_context& at) {
            return stand_around_it(std::move(backend), name, at);
        });
    }
    std::shared_ptr<Service> service(const std::string& name, FakeDirectory::Authenticate answer) {
        return service(name, std::make_unique<FakeDirectory>(std::move(answer)));
    }
    net::Task<AuthResult> log_in(Directory& directory, std::string login) {
        const auto credentials = test::credentials(login, "right");
        auto admission = co_await limits->admit("192.0.2.1", credentials);
        EXPECT_FALSE(admission.refused);
        auto answer = co_await directory.authenticate(credentials);
        admission.attempt.conclude(answer);
        co_return answer;
    }
    net::Clock::duration ask(Directory& directory, const std::string& login) {
        const auto begun = net::Clock::now();
        const auto result = test::run_task(io, log_in(directory, login));
        EXPECT_TRUE(std::holds_alternative<identity::Accepted>(result)) << login;
        return net::Clock::now() - begun;
    }
    // Of logins that nobody has met before, until nobody waits any more.
    void expect_one_timeout_each(Directory& directory) {
        wait_until_connected();
        const auto usual = ask(directory, "jane");
        redis.suspend();
        std::size_t waits = 0;
        for (; waits <= 3 * connections; ++waits) {
            const auto took = ask(directory, "user" + std::to_string(waits));
            EXPECT_LT(took, usual + timeout + 150ms) << waits << ": and a busy machine";
            if (took < usual + 100ms) break;
        }
        EXPECT_GE(waits, 3u);
        EXPECT_LE(waits, 3 * connections) << "by then each connection is down";
        RecordProperty("logins_that_waited", std::to_string(waits));
        redis.resume();
    }

    std::shared_ptr<session::AuthLimits> limits;
};

TEST_F(SeveralDirectories, AChainWaitsForRedisAsLongAsOne) {
    Chain chain({{service("staff", FakeDirectory::answer(NewHome::unknown)), {"*"}, true},
                 {service("pupils", FakeDirectory::answer(NewHome::unknown)), {"*"}, true},
                 {service("guests", FakeDirectory::accept()), {"*"}}},
                10s);
    expect_one_timeout_each(chain);
}

TEST_F(SeveralDirectories, SoDoesAMoveFromOneHomeToAnother) {
    crypto::HashPool pool({.threads = 1});
    const auto hash = [](const crypto::Secret&) { return std::string("hash"); };
    Migrating moving(
        {service("old", FakeDirectory::accept()), service("new", std::make_unique<NewHome>())},
        {{"*"}}, {pool, 0, hash}, log, "moving");
    expect_one_timeout_each(moving);
}

}  // namespace
}  // namespace postern::directory
