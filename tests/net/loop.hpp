#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "net/task.hpp"

namespace postern::net {

// An io_context with a thread that runs it.
class Loop {
 public:
    Loop() : thread_([this] { io.run(); }) {}
    ~Loop() {
        work_.reset();
        io.stop();
        thread_.join();
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    std::thread::id id() const { return thread_.get_id(); }

    asio::io_context io{1};

 private:
    asio::executor_work_guard<Executor> work_ = asio::make_work_guard(io);
    std::thread thread_;
};

}  // namespace postern::net
