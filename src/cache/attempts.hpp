#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cache/keys.hpp"
#include "cache/local_attempts.hpp"
#include "cache/redis.hpp"
#include "net/task.hpp"

namespace postern::cache {

// Attempts that may fail, so many under each name, over all gateways that share a Redis; without an
// answer of it over this process. An attempt takes its places before it is made, in one round trip,
// and what becomes of them Redis hears later. Its name is its own in all the world, so that it
// counts once however often that is told. On one thread.
class Attempts : public std::enable_shared_from_this<Attempts> {
 public:
    static constexpr std::size_t usual_names = 100'000;
    using Window = LocalAttempts::Window;

    // `purpose`: what is counted, so that nothing else is counted under its names.
    Attempts(Keys keys, std::string purpose, std::unique_ptr<Redis> redis, net::Executor executor)
        : keys_(std::move(keys)),
          purpose_(std::move(purpose)),
          redis_(std::move(redis)),
          executor_(executor) {}

    const Keys& keys() const { return keys_; }
    // All that a Redis is asked to run.
    static std::vector<const RedisScript*> scripts();

    // A place under each of these names; with 0 places it is told how many have failed.
    struct Wanted {
        std::string name;
        std::uint64_t places = 0;
    };
    // In the order of the names. Where one is refused, those taken are still to be given back.
    net::Task<std::vector<Place>> enter(std::vector<Wanted> wanted, std::string attempt,
                                        Window window, Redis::Wait wait);
    void fail(const std::string& name, const std::string& attempt, Window window);
    // The others are told when somebody wants a place under this name again.
    void fail_untold(const std::string& name, const std::string& attempt, Window window);
    // No account was named, so the login may be invented: the others are told as long as Redis may
    // be (Redis::may_tell_of_nobody), and beyond that it counts here alone.
    void fail_unnamed(const std::string& name, const std::string& attempt, Window window);
    // Nobody has that login: likewise, and from the second failure on. The attempt's place goes to
    // what it is counted as, which may have one already.
    void fail_as_nobody(const std::string& name, const std::string& attempt,
                        const std::string& counted_as, Window window);
    void leave(const std::string& name, const std::string& attempt);
    void succeed(const std::string& name, const std::string& attempt);

 private:
    void tell_or_keep(const std::string& name, const std::string& attempt, Window window);
    void keep(const std::string& name, const std::string& attempt);
    void tell_failed(const std::string& name, const std::string& attempt, Window window);
    net::Task<> tell(Redis::Call call, std::string failed_name);
    void send(Redis::Call call, const std::string& failed_name = "");
    Redis::Call call_fail(const std::string& name, std::vector<std::string> attempts,
                          Window window) const;
    bool is_shared() const { return redis_ && redis_->is_up(); }
    std::string key(const std::string& name) const { return keys_.counter(purpose_, name); }

    Keys keys_;
    std::string purpose_;
    std::unique_ptr<Redis> redis_;
    net::Executor executor_;
    LocalAttempts local_{usual_names};
    std::size_t under_way_ = 0;
};

}  // namespace postern::cache
