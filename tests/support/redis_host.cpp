#include "support/redis_host.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace postern::test {

std::size_t KeptLog::count(std::string_view words) const {
    const auto all = text();
    std::size_t found = 0;
    for (auto at = all.find(words); at != all.npos; at = all.find(words, at + 1))
        ++found;
    return found;
}

std::shared_ptr<const cache::RedisSettings> redis_settings(std::string_view lines) {
    auto document = config::Document::parse(fmt::format("[redis.shared]\n{}", lines), "test.toml");
    auto section = document.root().table("redis").table("shared");
    auto settings = cache::read_redis_settings(section);
    document.report_unknown_keys();
    std::string problems;
    for (const auto& problem : document.problems())
        problems += problem.text() + "\n";
    if (!problems.empty()) throw std::runtime_error(problems);
    return settings;
}

namespace {

template <class Condition>
bool runs_until(asio::io_context& io, Condition condition, std::chrono::milliseconds patience) {
    const auto deadline = net::Clock::now() + patience;
    while (!condition()) {
        if (net::Clock::now() >= deadline) return false;
        io.restart();
        io.run_one_until(std::min(deadline, net::Clock::now() + std::chrono::milliseconds(10)));
    }
    return true;
}

}  // namespace

bool RedisHost::comes_up(std::chrono::milliseconds patience) {
    return runs_until(io_, [&] { return redis_.is_up(); }, patience);
}

bool RedisHost::goes_down(std::chrono::milliseconds patience) {
    return runs_until(io_, [&] { return !redis_.is_up(); }, patience);
}

void RedisHost::run_for(std::chrono::milliseconds time) {
    runs_until(io_, [] { return false; }, time);
}

std::string RedisHost::get(std::string_view key) {
    const auto answer = run(redis_.get(key));
    if (const auto* none = std::get_if<cache::NoAnswer>(&answer)) return in_words(*none);
    const auto& found = std::get<cache::Redis::Found>(answer);
    return found ? "value " + *found : "nothing";
}

std::string RedisHost::set(std::string_view key, std::string_view value,
                           std::chrono::milliseconds ttl) {
    const auto answer = run(redis_.set(key, value, ttl));
    if (const auto* none = std::get_if<cache::NoAnswer>(&answer)) return in_words(*none);
    return "done";
}

std::string in_words(const cache::NoAnswer& none) {
    return fmt::format("{}: {}", to_string(none.kind), none.why);
}

}  // namespace postern::test
