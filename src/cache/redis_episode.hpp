#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "net/task.hpp"
#include "observe/log.hpp"

namespace postern::cache {

// What a failed connection has to say, in words for the log.
std::string redis_failure(const std::exception_ptr& failure);

// Whether something of Redis is up, told to the log when that changes and not at every try.
class RedisEpisode {
 public:
    // `name`: of the settings; `purpose` of the connections.
    RedisEpisode(std::string name, std::string purpose, observe::Log& log)
        : name_(std::move(name)), purpose_(std::move(purpose)), log_(log) {}

    void went_down(std::string_view server, const std::exception_ptr& failure);
    void came_up(std::string_view server);

    bool is_up() const { return up_; }
    const std::string& why_down() const { return why_; }

 private:
    std::string name_, purpose_;
    observe::Log& log_;
    bool up_ = false;
    bool told_down_ = false, told_refused_ = false;  // in this episode
    std::string why_ = "not connected yet";
};

}  // namespace postern::cache
