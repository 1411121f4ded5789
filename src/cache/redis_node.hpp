#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cache/redis_episode.hpp"
#include "cache/redis_locator.hpp"
#include "cache/redis_pipe.hpp"
#include "net/backoff.hpp"

namespace postern::cache {

// What everything of one Redis is made with.
struct RedisContext {
    std::shared_ptr<const RedisSettings> settings;
    std::string name;  // as the log calls it
    observe::Log& log;
    net::Executor executor;
};

// A server that is kept connected from the start: tried again in the background, with back-off, as
// often as it breaks or is late three times in a row.
class RedisNode : public std::enable_shared_from_this<RedisNode> {
 public:
    // `may_move`: who the master is, is asked again every second. `server`: as the log calls it
    // while nobody has been reached.
    RedisNode(RedisContext context, std::string server, RedisLocate locate, bool may_move);
    // Until `close`; then what it has spawned ends by itself.
    void start();
    void close();
    // Called whenever a connection could not be made or broke.
    void set_on_down(std::function<void()> on_down) { on_down_ = std::move(on_down); }

    // nullptr: it is down. Good until the next co_await.
    RedisPipe* pipe() { return pipe_ && !pipe_->is_broken() ? pipe_.get() : nullptr; }
    bool is_up() const { return pipe_ && !pipe_->is_broken(); }
    const std::string& why_down() const { return episode_.why_down(); }
    std::uint64_t connects() const { return connects_; }
    std::string server() const { return pipe_ ? pipe_->server().text() : server_; }

    // A question that was asked then has had an answer, or none within its time.
    void was_in_time();
    void was_late(net::Clock::time_point asked);
    // What it answers makes no sense.
    void drop(const std::string& why);

 private:
    static net::Task<> keep(std::shared_ptr<RedisNode> self);
    net::Task<> look_after();
    net::Task<> serve();

    const RedisContext context_;
    const std::string server_;
    const RedisLocate locate_;
    const bool may_move_;
    std::function<void()> on_down_;
    std::unique_ptr<RedisPipe> pipe_;
    RedisEpisode episode_;
    net::Timer pause_;
    net::Backoff backoff_;
    net::Clock::time_point late_counted_{};
    int late_in_a_row_ = 0;
    std::uint64_t connects_ = 0;
    bool closed_ = false;
};

}  // namespace postern::cache
