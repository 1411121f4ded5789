// Two hundred logins at once that cost a hash of 64 MiB each, beside logins that cost none: the
// memory budget holds, who cannot be served hears so at once, and nobody else feels it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <iterator>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

#include "crypto/password_hash.hpp"
#include "e2e/site.hpp"
#include "support/eventually.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t mebibyte = 1024 * 1024;
constexpr std::size_t budget = 256 * mebibyte;
constexpr int flooding = 200;
// The percentile of a calm run is not better than this where other programs want the processors
// too.
constexpr Milliseconds calm_at_best = 2ms;
constexpr int most_rounds = 3;    // whatever else runs here can only make a round worse
constexpr int most_attempts = 6;  // of a flooding session; from the second 454 on it waits a second

std::string settings() {
    const auto hash =
        crypto::hash_password(crypto::Secret("costly"), {.memory_kib = 64 * 1024, .passes = 1});
    // Equal questions at the same time would be one.
    std::string costly;
    for (int i = 0; i < flooding; ++i)
        costly += fmt::format(
            "[[directory.people.principals]]\nname = \"costly{}\"\nsecret = \"{}\"\n", i, hash);
    // As many threads as the budget has room for, so that it is the budget that is tried.
    return fmt::format(R"toml(
[server]
hostname = "mail.example.org"
http.bind = ["127.0.0.1:${{port:http}}"]
[server.hash]
threads = 4
queue = 16
memory = "256m"
[server.listener.submission]
bind = ["127.0.0.1:${{port:submission}}"]
[log]
file = "${{directory}}/log"
[session.auth]
mechanisms = "[plain]"
directory = "'people'"
allow-plain-text = true
must-match-sender = false
must-match-header-from = false
[session.limits]
connections-per-network = 1000
[session.relay]
next-hop = "'drop'"
[directory.people]
type = "memory"
{}
[[directory.people.principals]]
name = "cheap"
secret = "cheap"
[next-hop.drop]
type = "maildir"
path = "${{directory}}/mail"
)toml",
                       costly);
}

// The most memory the process has ever had, in octets.
std::size_t high_water(pid_t pid) {
    const auto status = read_file(fmt::format("/proc/{}/status", pid));
    const auto at = status.find("VmHWM:");
    return std::stoull(status.substr(at + 6)) * 1024;
}

// Whole sessions up to the 235, one after the other.
std::vector<Milliseconds> cheap_logins(const Gateway& gateway, int count) {
    std::vector<Milliseconds> times;
    for (int i = 0; i < count; ++i) {
        const auto begun = Clock::now();
        auto client = gateway.client();
        client.greet();
        EXPECT_EQ(client.auth_plain("cheap", "cheap").code, 235);
        times.emplace_back(Clock::now() - begun);
        std::this_thread::sleep_for(5ms);
    }
    return times;
}

Milliseconds percentile_99(std::vector<Milliseconds> times) {
    std::ranges::sort(times);
    return times.at(times.size() * 99 / 100);
}

// Sessions that log in at the same moment and try again after each 454.
class Flood {
 public:
    explicit Flood(const Gateway& gateway) {
        for (int i = 0; i < flooding; ++i)
            sessions_.emplace_back([this, &gateway, i] { run(gateway, i); });
        begun_.arrive_and_wait();
    }
    ~Flood() { join(); }
    Flood(const Flood&) = delete;
    Flood& operator=(const Flood&) = delete;

    void join() {
        for (auto& session : sessions_)
            if (session.joinable()) session.join();
    }
    bool goes_on() const { return running_ > 0; }

    int accepted = 0, strange = 0;
    std::vector<Milliseconds> refused_first;  // how long the first AUTH took to hear 454

 private:
    void run(const Gateway& gateway, int number) {
        auto client = gateway.client();
        client.greet();
        begun_.arrive_and_wait();
        for (int attempt = 0; attempt < most_attempts; ++attempt) {
            // All at once the first time; people and programs do not try again in step.
            if (attempt > 0) std::this_thread::sleep_for(attempt * 37ms + number * 5ms);
            const auto begun = Clock::now();
            const int code = client.auth_plain(fmt::format("costly{}", number), "costly").code;
            const std::lock_guard lock(mutex_);
            if (code == 454 && attempt == 0) refused_first.emplace_back(Clock::now() - begun);
            if (code == 235) ++accepted;
            if (code != 235 && code != 454) ++strange;
            if (code != 454) break;
        }
        --running_;
    }

    std::latch begun_{flooding + 1};
    std::atomic<int> running_ = flooding;
    std::mutex mutex_;
    std::vector<std::thread> sessions_;
};

struct Round {
    Milliseconds calm, flooded;
    bool disturbs_nobody() const { return flooded <= 3 * std::max(calm, calm_at_best); }
};

Round run_round(const Gateway& gateway) {
    cheap_logins(gateway, 20);
    const auto calm = percentile_99(cheap_logins(gateway, 300));
    const auto before = high_water(gateway.pid());

    Flood flood(gateway);
    for (const auto* state : {"running", "waiting"})
        EXPECT_TRUE(eventually([&] {
            return gateway.metric(fmt::format("postern_hash_jobs{{state=\"{}\"}}", state)) > 0;
        })) << state;
    std::vector<Milliseconds> times;
    while (flood.goes_on() && times.size() < 600)
        std::ranges::copy(cheap_logins(gateway, 10), std::back_inserter(times));
    flood.join();
    const auto after = high_water(gateway.pid());
    const auto flooded = percentile_99(times);

    std::ranges::sort(flood.refused_first);
    const auto slowest = flood.refused_first.empty() ? Milliseconds() : flood.refused_first.back();
    std::cout << fmt::format(
        "{} accepted, {} heard 454 at once (the slowest after {:.0f} ms); p99 without hash {:.1f} "
        "ms, without the flood {:.1f} ms ({} logins); VmHWM {} MiB, before {} MiB\n",
        flood.accepted, flood.refused_first.size(), slowest.count(), flooded.count(), calm.count(),
        times.size(), after / mebibyte, before / mebibyte);

    EXPECT_EQ(flood.strange, 0) << "neither 235 nor 454";
    EXPECT_GT(flood.accepted, 0);
    EXPECT_GT(gateway.metric("postern_hash_refused_total"), 0);
    EXPECT_GT(flood.refused_first.size(), std::size_t{flooding / 2});
    if (!sanitized) {
        EXPECT_LT(after, budget + 64 * mebibyte);
        EXPECT_GT(after, budget / 2) << "the budget was never tried";
        EXPECT_LT(slowest, 1s);
    }
    return {calm, flooded};
}

TEST(HashFlood, StaysWithinItsBudgetAndDisturbsNobody) {
    Gateway gateway(settings());
    bool disturbs_nobody = false;
    for (int round = 0; round < most_rounds && !disturbs_nobody; ++round)
        disturbs_nobody = run_round(gateway).disturbs_nobody();
    if (sanitized || std::thread::hardware_concurrency() < 2) return;
    EXPECT_TRUE(disturbs_nobody);
}

}  // namespace
}  // namespace postern::test
