// Whoever is remembered does not feel that the directory is down, nor that two hundred invented
// logins a second pour in meanwhile.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "e2e/directory_settings.hpp"
#include "e2e/site.hpp"
#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/redis.hpp"
#include "support/slapd.hpp"
#include "support/strangers.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::string_view is_left_alone = "directory.breaker-open";
constexpr int users = 50;                  // who are remembered
constexpr int most_rounds = 5;             // whatever else runs here can only make a round worse
constexpr std::size_t least_logins = 300;  // of a phase
constexpr auto phase = 5s;
constexpr auto no_more_phases = 65s;
constexpr auto between_logins = 2ms, between_strangers = 5ms;

// Redis is looked at again and again.
std::string settings(const Slapd& slapd, const RedisServer& redis) {
    return directory_settings("corp", fmt::format(R"toml(
[session.limits]
connections = 10000
connections-per-network = 10000
[cache]
key = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
[redis.shared]
url = "{}"
[directory.corp]
type = "ldap"
url = "{}"
base-dn = "{}"
bind.dn = "{}"
bind.secret = "{}"
bind.auth.method = "lookup"
filter.name = "(uid=?)"
timeout = "2s"
cache = {{ redis = "shared", local = "500ms" }}
lockout-guard = {{ failures = 3, total = 3 }}
)toml",
                                                  redis.url(), slapd.url(), Slapd::base(),
                                                  Slapd::service_dn(), Slapd::service_password));
}

enum class Way : std::uint8_t { hanging, refusing };

// Round trips of AUTH.
struct Times {
    Milliseconds median, p99, slowest;
    std::size_t count;

    static Times of(std::vector<Milliseconds> all) {
        std::ranges::sort(all);
        return {all.at(all.size() / 2), all.at(all.size() * 99 / 100), all.back(), all.size()};
    }
    std::string text() const {
        return fmt::format("{:.3f} ms (median {:.3f} ms, slowest {:.1f} ms, {} logins)",
                           p99.count(), median.count(), slowest.count(), count);
    }
};

class DirectoryOutage : public testing::Test {
 protected:
    DirectoryOutage() {
        for (int user = 1; user <= users; ++user)
            EXPECT_EQ(log_in(user).code, 235);
    }

    struct Login {
        int code;
        Milliseconds took;
    };
    Login log_in(int user) {
        const auto name = Slapd::crowd_name(user), password = Slapd::crowd_password(user);
        auto client = gateway.client();
        client.start_tls();
        const auto begun = Clock::now();
        const int code = client.auth_plain(name, password).code;
        return {code, Clock::now() - begun};
    }

    Times log_in_for_a_while() {
        std::vector<Milliseconds> times;
        const auto end = Clock::now() + phase;
        for (int user = 0; Clock::now() < end; user = (user + 1) % users) {
            const auto [code, took] = log_in(user + 1);
            EXPECT_EQ(code, 235);
            times.push_back(took);
            std::this_thread::sleep_for(between_logins);
        }
        return Times::of(std::move(times));
    }

    void take_down(Way way) { way == Way::hanging ? slapd.suspend() : slapd.kill(); }
    // Until somebody whom nobody remembers can log in.
    void bring_up(Way way) {
        way == Way::hanging ? slapd.resume() : slapd.start();
        const int somebody = ++newest;
        ASSERT_TRUE(eventually([&] { return log_in(somebody).code == 235; }));
    }

    // How often the gateway has found that the directory is down.
    std::size_t times_left_alone() const {
        const auto log = gateway.log();
        std::size_t times = 0;
        for (auto at = log.find(is_left_alone); at != log.npos;
             at = log.find(is_left_alone, at + 1))
            ++times;
        return times;
    }

    // One round of it.
    bool holds(Way way, int round) {
        const std::string name = way == Way::hanging ? "hanging" : "refusing";
        const auto normal = log_in_for_a_while();
        const auto left_alone = times_left_alone();
        take_down(way);
        Strangers strangers(gateway.port(), fmt::format("{}-{}-", name, round), between_strangers);
        const auto outage = log_in_for_a_while();
        const auto heard = strangers.stop();
        EXPECT_TRUE(eventually([&] { return times_left_alone() > left_alone; }));
        bring_up(way);

        const auto ratio = outage.p99 / normal.p99;
        std::cout << fmt::format(
            "{}, round {}: p99 of AUTH normally {}, in the outage, with {} strangers, {}: {:.2f}\n",
            name, round, normal.text(), heard.came, outage.text(), ratio);
        RecordProperty(fmt::format("{}_{}_normal_ms", name, round),
                       fmt::format("{:.3f}", normal.p99.count()));
        RecordProperty(fmt::format("{}_{}_outage_ms", name, round),
                       fmt::format("{:.3f}", outage.p99.count()));
        EXPECT_EQ(heard.replies, (std::map<int, std::size_t>{{454, heard.came}}))
            << "nobody could tell: " << fmt::format("{}", heard.replies) << ", " << heard.broken
            << " broken";
        // On a machine that is too busy for them it is no measurement.
        const bool all_came = heard.came >= phase / between_strangers;
        return all_came && std::min(normal.count, outage.count) >= least_logins && ratio <= 2;
    }

    Slapd slapd{{.people = users + 2 * most_rounds, .log = "none"}};
    RedisServer redis;
    Gateway gateway{settings(slapd, redis)};
    int newest = users;
};

TEST_F(DirectoryOutage, WhoIsRememberedIsAnsweredWithinTwiceTheUsualTime) {
    const auto begun = Clock::now();
    std::map<Way, bool> held{{Way::hanging, false}, {Way::refusing, false}};
    for (int round = 1; round <= most_rounds; ++round)
        for (auto& [way, has_held] : held)
            if (!has_held && Clock::now() - begun < no_more_phases) has_held = holds(way, round);
    if (sanitized) return;
    EXPECT_TRUE(held[Way::hanging]);
    EXPECT_TRUE(held[Way::refusing]);
}

}  // namespace
}  // namespace postern::test
