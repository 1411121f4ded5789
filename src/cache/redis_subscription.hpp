#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cache/redis_settings.hpp"
#include "net/task.hpp"
#include "observe/log.hpp"

namespace postern::cache {

// What others publish, heard on a connection of its own that comes back by itself. On one thread.
class RedisSubscription {
 public:
    struct Handlers {
        // `channel` as the caller knows it, without the key prefix.
        std::function<void(std::string_view channel, std::string_view message)> on_message;
        // The subscription is there, for the first time or again: messages may have been missed
        // until now, and none is missed from now on. Before the first message that follows.
        std::function<void()> on_gap;
    };

    // Begins at once, on the executor; the handlers are called on its thread, must not throw, and
    // are not called any more when the object has gone.
    RedisSubscription(std::shared_ptr<const RedisSettings> settings,
                      std::vector<std::string> channels, Handlers handlers, std::string name,
                      observe::Log& log, net::Executor executor);
    ~RedisSubscription();
    RedisSubscription(const RedisSubscription&) = delete;
    RedisSubscription& operator=(const RedisSubscription&) = delete;

    // Subscribed, and the server has been heard within the last seconds.
    bool is_live() const;

 private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace postern::cache
