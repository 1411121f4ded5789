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

// Gateways that remember together in a real Redis.
class CacheGateways : public testing::Test {
 protected:
    struct Gateway {
        std::shared_ptr<cache::Store> store;
        std::unique_ptr<Cached> cached;
    };

    // `secret`: its cache.key; empty: ours. `after_ours`: ours is the one before it.
    std::unique_ptr<Gateway> gateway(cache::StoreSettings settings = usual(),
                                     const std::string& secret = "", bool after_ours = false) {
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
        auto connection =
            std::make_unique<cache::Redis>(redis_settings, "shared", log, where->get_executor());
        auto* client = connection.get();
        made->store = std::make_shared<cache::Store>(
            settings, cache::Store::Parts{std::move(ring), std::move(connection), log,
                                          where->get_executor(), "people", clock});
        made->store->subscribe(redis_settings, "shared");
        auto inner = std::make_unique<FakeDirectory>(
            [this](const Credentials& asked) { return answered(people.answer(asked)); },
            [this](const identity::Login& login) { return found(people.look_up(login)); });
        made->cached = std::make_unique<Cached>(std::move(inner), made->store, log, "people");
        test::run_until(*where, [&] { return client->is_up() && made->store->is_heard(); });
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

    std::string ask(Gateway& at, const std::string& login, const std::string& password) {
        const auto question = test::credentials(login, password, "home");
        const auto begun = net::Clock::now();
        const auto result = test::run_task(io, at.cached->authenticate(question));
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
    std::string redis_timeout = "2s";  // longer than a busy machine is busy
    std::string key = crypto::random_octets(32);
    std::unique_ptr<RedisServer> redis = std::make_unique<RedisServer>();
    People people{{{"jane", "first"}, {"paul", "first"}}};
    net::Clock::duration longest{0};
};

}  // namespace postern::directory
