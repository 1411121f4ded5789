// Logins that are answered from Redis, each by a login's record and an account's, beside
// redis-benchmark reading values of the same size on one connection.
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "bench/logins.hpp"
#include "crypto/random.hpp"
#include "directory/cached.hpp"
#include "support/captured_log.hpp"
#include "support/fake_directory.hpp"
#include "support/process.hpp"
#include "support/redis.hpp"
#include "support/run_task.hpp"

namespace postern {
namespace {

using bench::Clock;

constexpr int people = 2'000;
constexpr int logins = 60'000;
constexpr int askers = 16;
constexpr int rounds = 3;

std::string name_of(int number) {
    return fmt::format("user{}", number);
}

// A gateway's cache before a directory that accepts everybody, which is asked while it is filled.
class Gateway {
 public:
    Gateway(const test::RedisServer& redis, const std::string& key, std::size_t entries) {
        auto document = config::Document::parse(
            fmt::format("[redis.shared]\nurl = \"{}\"\ntimeout = \"5s\"\n", redis.url()), "bench");
        auto section = document.root().table("redis").table("shared");
        auto client = std::make_unique<cache::Redis>(cache::read_redis_settings(section), "shared",
                                                     log_, io_.get_executor());
        auto& up = *client;
        cache::StoreSettings settings;
        settings.entries = entries;
        auto store = std::make_shared<cache::Store>(
            settings,
            cache::Store::Parts{{cache::Keys(crypto::Secret(key), "people", ""), std::nullopt},
                                std::move(client),
                                log_,
                                io_.get_executor(),
                                "people"});
        auto inner = std::make_unique<test::FakeDirectory>(test::FakeDirectory::accept());
        asked_ = inner->record();
        cached_ =
            std::make_unique<directory::Cached>(std::move(inner), std::move(store), log_, "people");
        test::run_until(io_, [&] { return up.is_up(); });
    }

    // Each of these people in turn; so many logins a second.
    double measure(int count) {
        int next = 0, done = 0;
        const auto begun = Clock::now();
        for (int i = 0; i < askers; ++i)
            net::asio::co_spawn(io_, log_in(count, next, done), net::asio::detached);
        test::run_until(io_, [&] { return done == count; }, std::chrono::minutes(2));
        return bench::per_second(count, begun);
    }
    void settle() { test::run_task(io_, net::sleep_for(std::chrono::seconds(1))); }
    std::size_t asked() const { return asked_->asked.size(); }

 private:
    net::Task<> log_in(int count, int& next, int& done) {
        while (next < count) {
            const auto question = test::credentials(name_of(next++ % people));
            const auto answer = co_await cached_->authenticate(question);
            if (!std::holds_alternative<identity::Accepted>(answer))
                throw std::runtime_error("a wrong answer");
            ++done;
        }
    }

    net::asio::io_context io_{1};
    test::CapturedLog log_;
    std::shared_ptr<const test::FakeDirectory::Record> asked_;
    std::unique_ptr<directory::Cached> cached_;
};

double measure_benchmark(const test::RedisServer& redis) {
    const auto told = test::run(
        {.arguments = {"redis-benchmark", "-p", std::to_string(redis.port()), "-c", "1", "-P", "16",
                       "-n", "300000", "-d", "285", "-t", "set,get", "--csv"}});
    const auto line = told.output.rfind("\"GET\",\"");
    if (line == std::string::npos) throw std::runtime_error(told.output + told.errors);
    return std::stod(told.output.substr(line + 7));
}

void run() {
    const test::RedisServer redis;
    const auto key = crypto::random_octets(cache::Keys::key_size);
    Gateway first(redis, key, 10'000);
    first.measure(people);
    first.settle();
    Gateway second(redis, key, 4 * askers);  // remembers next to nothing itself
    second.measure(people);
    double bare = 0, postern = 0;
    for (int round = 0; round < rounds; ++round) {
        bare += measure_benchmark(redis) / rounds;
        postern += second.measure(logins) / rounds;
    }
    if (second.asked() > 0) throw std::runtime_error("the directory was asked");
    std::printf(
        "{\"get_per_second\": %.0f, \"logins_per_second\": %.0f, \"records_per_second\": %.0f, "
        "\"ratio\": %.3f}\n",
        bare, postern, 2 * postern, 2 * postern / bare);
}

}  // namespace
}  // namespace postern

int main() {
    return postern::bench::run(postern::run);
}
