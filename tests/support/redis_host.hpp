#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include "cache/redis.hpp"
#include "cache/redis_subscription.hpp"
#include "support/run_record.hpp"
#include "support/run_task.hpp"

namespace postern::test {

// What a component logs, for a test to read; at every level.
class KeptLog final : public observe::Log {
 public:
    KeptLog() { set_level(observe::Level::debug); }
    ~KeptLog() override { run_record::add_code(*this, text_); }
    std::string text() const {
        const std::lock_guard lock(mutex_);
        return text_;
    }
    std::size_t count(std::string_view words) const;

 private:
    void line(observe::Level, const std::string& each) override {
        const std::lock_guard lock(mutex_);
        text_ += each + "\n";
    }
    mutable std::mutex mutex_;
    std::string text_;
};

// The settings of these lines, as [redis.shared]. Throws std::runtime_error with all mistakes.
std::shared_ptr<const cache::RedisSettings> redis_settings(std::string_view lines);

// A Redis as a directory has it, on an io_context that the test runs.
class RedisHost {
 public:
    explicit RedisHost(std::string_view lines)
        : settings_(redis_settings(lines)), redis_(settings_, "shared", log_, io_.get_executor()) {}

    cache::Redis& redis() { return redis_; }
    asio::io_context& io() { return io_; }
    KeptLog& log() { return log_; }

    // Until it is up; false: it has taken too long.
    bool comes_up(std::chrono::milliseconds patience = std::chrono::seconds(10));
    bool goes_down(std::chrono::milliseconds patience = std::chrono::seconds(10));
    void run_for(std::chrono::milliseconds time);
    template <class T>
    T run(net::Task<T> task) {
        return run_task(io_, std::move(task));
    }

    // In words: "value x", "nothing", "down: why".
    std::string get(std::string_view key);
    std::string set(std::string_view key, std::string_view value,
                    std::chrono::milliseconds ttl = std::chrono::minutes(1));

 private:
    asio::io_context io_{1};
    KeptLog log_;
    std::shared_ptr<const cache::RedisSettings> settings_;
    cache::Redis redis_;
};

std::string in_words(const cache::NoAnswer& none);

}  // namespace postern::test
