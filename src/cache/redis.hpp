#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cache/budget.hpp"
#include "cache/redis_answer.hpp"
#include "cache/redis_settings.hpp"
#include "cache/redis_status.hpp"
#include "identity/redis_wait.hpp"
#include "net/task.hpp"
#include "observe/log.hpp"

namespace postern::cache {

class RedisScript;
class RedisServers;

// A Redis server, the master that sentinels know, or a cluster, asked over one pipelined connection
// per server. On one thread; each directory has its own. It connects in the background, with
// back-off, and is asked nothing while it is down: then there is no answer at once, and nobody
// waits. No operation takes longer than `timeout`, and all that are given the same `wait` take no
// longer together; three in a row that were late though they had half of it make it down.
// Operations throw nothing but operation_aborted, when their coroutine is cancelled; what they were
// about is left to itself then. Arguments may go when the Task is awaited; keys and channels get
// the key prefix in front.
class Redis {
 public:
    using Milliseconds = std::chrono::milliseconds;
    using Found = std::optional<std::string>;  // nullopt: there is none
    using Wait = identity::RedisWait;
    // A script on one key that answers with a number.
    struct Call {
        const RedisScript& script;
        std::string key;
        std::vector<std::string> arguments;
    };

    // `name`: as the log calls it, "shared".
    Redis(std::shared_ptr<const RedisSettings> settings, std::string name, observe::Log& log,
          net::Executor executor);
    ~Redis();
    Redis(const Redis&) = delete;
    Redis& operator=(const Redis&) = delete;

    net::Task<Answer<Found>> get(std::string_view key, Wait wait = {});
    // At once, in the order of the keys; all within one `timeout`.
    net::Task<std::vector<Answer<Found>>> get_all(std::vector<std::string> keys, Wait wait = {});
    // Compare-and-set: the value is put there when the old one is `expected`, nullopt: when there
    // is none. `late` and `broken` leave open whether it was.
    net::Task<Answer<Replacement>> replace(std::string_view key,
                                           std::optional<std::string_view> expected,
                                           std::string_view value, Milliseconds ttl);
    net::Task<Answer<Done>> set(std::string_view key, std::string_view value, Milliseconds ttl);
    // Whether there was one.
    net::Task<Answer<bool>> remove(std::string_view key);
    // At once, in the order of the keys; all within one `timeout`.
    net::Task<std::vector<Answer<bool>>> remove_all(std::vector<std::string> keys);

    // Adds to a number that is forgotten `window` after it was added to last. The new total.
    net::Task<Answer<std::int64_t>> count(std::string_view key, Milliseconds window,
                                          std::int64_t amount = 1);
    // Such numbers, 0 for one that is not there.
    net::Task<std::vector<Answer<std::int64_t>>> counts(std::vector<std::string> keys,
                                                        Wait wait = {});
    // At once, in the order of the calls; all within one `timeout`.
    net::Task<std::vector<Answer<std::int64_t>>> call_all(std::vector<Call> calls, Wait wait = {});

    // The number of subscribers that were reached; of a cluster, those on the server that was
    // asked.
    net::Task<Answer<std::int64_t>> publish(std::string_view channel, std::string_view message);

    // Before what is about a login that nobody has is written, for `window`: a flood of invented
    // ones is to leave the server small. False: it is down, or has heard of enough of them.
    bool may_tell_of_nobody(Milliseconds window);

    // Whether all can be asked: of a cluster, every slot has a server. What cannot be asked has no
    // answer at once, so there is no need to look first.
    bool is_up() const;
    RedisStatus status() const;

 private:
    struct Request;

    Request request(std::string_view key, std::uint8_t kinds) const;
    net::Task<> ask(std::span<Request> requests, Wait wait = {});
    net::Task<> ask_once(std::span<Request> requests, net::Deadline deadline);
    void conclude(Request& request, net::Deadline deadline);
    void count(const Request& request, net::Clock::duration took);
    void blame_the_late(std::span<Request> requests, net::Clock::time_point begun);
    net::Task<std::vector<Request>> ask_each(std::string_view command,
                                             const std::vector<std::string>& keys,
                                             std::uint8_t kinds, Wait wait = {});
    std::string full(std::string_view name) const {
        return settings_->key_prefix + std::string(name);
    }

    const std::shared_ptr<const RedisSettings> settings_;
    const net::Executor executor_;
    observe::Histogram& seconds_;
    std::array<observe::Counter*, NoAnswer::kinds> unanswered_;
    observe::Counter& kept_;
    Budget nobodys_;
    std::shared_ptr<RedisServers> servers_;
    RedisCounters counters_;
};

}  // namespace postern::cache
