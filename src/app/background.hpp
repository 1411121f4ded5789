#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "net/task.hpp"
#include "observe/log.hpp"

namespace postern::app {

// A coroutine that runs until its owner goes. What it throws is logged, and it starts again after a
// pause. The job and what it holds live until it has really ended, which may be a little after the
// owner.
class BackgroundTask {
 public:
    BackgroundTask(net::asio::io_context& io, observe::Log& log, std::string name,
                   std::function<net::Task<>()> job);
    ~BackgroundTask();  // any thread
    BackgroundTask(const BackgroundTask&) = delete;
    BackgroundTask& operator=(const BackgroundTask&) = delete;

 private:
    struct State;
    static net::Task<> keep_running(std::shared_ptr<State> state);

    net::asio::io_context& io_;
    std::shared_ptr<State> state_;
};

}  // namespace postern::app
