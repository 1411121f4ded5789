#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/random.hpp"
#include "directory/cached.hpp"
#include "directory/guarded.hpp"
#include "session/auth_limits.hpp"
#include "support/captured_log.hpp"
#include "support/fake_directory.hpp"
#include "support/redis.hpp"
#include "support/run_task.hpp"

namespace postern::directory {

using identity::Accepted;
using identity::AuthResult;
using identity::Credentials;
using identity::Reason;
using identity::Rejected;
using identity::Unavailable;
using test::FakeDirectory;
using test::RedisServer;
using namespace std::chrono_literals;

// What all gateways ask: passwords by account; every account has a second spelling.
struct People {
    std::map<std::string, std::string> passwords;
    std::size_t questions = 0;

    static std::string account_of(const identity::Login& login) {
        return login.text().substr(0, login.text().find("@example.org"));
    }
    identity::LookupResult look_up(const identity::Login& login) const {
        const auto name = account_of(login);
        if (!passwords.contains(name)) return Rejected{Reason::unknown_user, ""};
        return identity::Principal{.name = name};
    }
    AuthResult answer(const Credentials& asked) {
        ++questions;
        const auto name = account_of(asked.login);
        const auto found = passwords.find(name);
        if (found == passwords.end()) return Rejected{Reason::unknown_user, ""};
        if (found->second != asked.password.reveal())
            return Rejected{Reason::bad_credentials, name};
        return Accepted{{.name = name, .addresses = {name + "@example.org"}}};
    }
};

// Gateways that remember, and count, together in a real Redis.
class CacheGateways : public testing::Test {
 protected:
    struct Gateway {
        std::shared_ptr<cache::Store> store;
        std::unique_ptr<Cached> cached;
        std::shared_ptr<session::AuthLimits> limits = nullptr;  // where they are wanted
    };

    using Lost = std::shared_ptr<cache::LostByDirectory>;
    // `secret`: its cache.key; empty: ours. `after_ours`: ours is the one before it. `lost`: of its
    // process.
    std::unique_ptr<Gateway> gateway(cache::StoreSettings settings = usual(),
                                     const std::string& secret = "", bool after_ours = false,
                                     Lost lost = std::make_shared<cache::LostByDirectory>()) {
        const auto text = redis_lines() + fmt::format("timeout = \"{}\"\n", redis_timeout);
        auto document = config::Document::parse("[redis.shared]\n" + text, "test.toml");
        auto section = document.root().table("redis").table("shared");
        const auto redis_settings = cache::read_redis_settings(section);
        EXPECT_TRUE(document.problems().empty());
        const auto keys_of = [](const std::string& of) {
            return cache::Keys(crypto::Secret(of), "people", "");
        };
        cache::KeyRing ring{keys_of(secret.empty() ? key : secret), std::nullopt};
        if (after_ours) ring.previous.emplace(keys_of(key));
        auto made = std::make_unique<Gateway>();
        std::vector<cache::Redis*> clients;
        const auto connect = [&] {
            auto connection = std::make_unique<cache::Redis>(redis_settings, "shared", log,
                                                             where->get_executor());
            clients.push_back(connection.get());
            return connection;
        };
        made->store = std::make_shared<cache::Store>(
            settings, cache::Store::Parts{std::move(ring), connect(), log, where->get_executor(),
                                          "people", clock, std::move(lost)});
        made->store->subscribe(redis_settings, "shared");
        std::unique_ptr<Directory> inner = std::make_unique<FakeDirectory>(
            [this](const Credentials& asked) { return answered(people.answer(asked)); },
            [this](const identity::Login& login) { return found(people.look_up(login)); });
        if (guard) {
            auto attempts = std::make_shared<cache::Attempts>(keys_of(key), "guard", connect(),
                                                              where->get_executor());
            inner = std::make_unique<Guarded>(std::move(inner), *guard, std::move(attempts));
        }
        made->cached = std::make_unique<Cached>(std::move(inner), made->store, log, "people",
                                                Invalidation(), guard.has_value());
        if (limits.any()) {
            auto local = std::make_shared<cache::LocalCounters>(cache::Counters::usual_entries);
            auto counters = std::make_shared<cache::Counters>(keys_of(key), "limit", connect(),
                                                              where->get_executor(), local);
            made->limits = std::make_shared<session::AuthLimits>(limits, *where, local,
                                                                 [counters] { return counters; });
            made->limits->start();
        }
        test::run_until(*where, [&] {
            return made->store->is_heard() &&
                   std::ranges::all_of(clients, [](const auto* each) { return each->is_up(); });
        });
        test::run_task(*where, net::sleep_for(150ms));  // it asks when everything was flushed last
        return made;
    }
    // Of [redis.shared].
    virtual std::string redis_lines() const { return fmt::format("url = \"{}\"\n", redis->url()); }
    static cache::StoreSettings usual() {
        return {.rules = {.positive = 1h, .negative = 1min, .stale = 24h}, .local = 10s};
    }
    static net::Task<AuthResult> answered(AuthResult result) { co_return result; }
    static net::Task<identity::LookupResult> found(identity::LookupResult result) {
        co_return result;
    }

    // An AUTH, from its limits on.
    net::Task<AuthResult> log_in(Gateway& at, std::string login, std::string password) {
        const auto question = test::credentials(login, password, "home");
        session::AuthLimits::Admission admission;
        if (at.limits) admission = co_await at.limits->admit("192.0.2.1", question);
        if (admission.refused)
            co_return Unavailable{identity::Scope::held, to_string(*admission.refused)};
        auto answer = co_await at.cached->authenticate(question);
        admission.attempt.conclude(answer);
        co_return answer;
    }
    std::string ask(Gateway& at, const std::string& login, const std::string& password) {
        const auto begun = net::Clock::now();
        const auto result = test::run_task(io, log_in(at, login, password));
        longest = std::max(longest, net::Clock::now() - begun);
        if (const auto* accepted = std::get_if<Accepted>(&result)) {
            EXPECT_EQ(accepted->principal.addresses[0], accepted->principal.name + "@example.org");
            return fmt::format("accepted by {}", to_string(accepted->source));
        }
        if (const auto* rejected = std::get_if<Rejected>(&result))
            return fmt::format("{} by {}", to_string(rejected->reason),
                               to_string(rejected->source));
        return to_string(std::get<Unavailable>(result).scope);
    }
    // Until what is written behind has arrived, and what is published has been heard.
    void settle() { test::run_task(io, net::sleep_for(150ms)); }
    Forgotten forget(Gateway& at, const std::optional<std::string>& login) {
        std::optional<identity::Login> whose;
        if (login) whose = test::login(*login);
        return std::get<Forgotten>(test::run_task(io, at.cached->forget(whose)));
    }
    std::int64_t flush(Gateway& at, const std::optional<std::string>& login) {
        const auto done = forget(at, login);
        EXPECT_TRUE(done.complete);
        return done.gateways;
    }
    // Of logins and accounts.
    std::vector<std::string> records() { return keys("postern:people:[la]:*"); }
    std::vector<std::string> keys(const std::string& pattern) {
        std::vector<std::string> names;
        const auto all = redis->ask({"KEYS", pattern});
        for (std::size_t at = 0; at < all.size();) {
            const auto end = std::min(all.find('\n', at), all.size());
            names.push_back(all.substr(at, end - at));
            at = end + 1;
        }
        return names;
    }

    std::function<cache::Time()> clock = cache::wall_clock;
    asio::io_context io{1};
    asio::io_context* where = &io;  // the next gateway lives
    test::CapturedLog log;
    // Of gateways to come; without them nobody counts.
    std::optional<GuardSettings> guard;
    session::AuthLimitSettings limits;
    std::string redis_timeout = "2s";  // longer than a busy machine is busy
    std::string key = crypto::random_octets(32);
    std::unique_ptr<RedisServer> redis = std::make_unique<RedisServer>();
    People people{{{"jane", "first"}, {"paul", "first"}}};
    net::Clock::duration longest{0};
};

}  // namespace postern::directory
