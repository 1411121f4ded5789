#pragma once

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <list>
#include <memory>
#include <thread>

#include "app/connection_limits.hpp"
#include "net/stream.hpp"
#include "observe/log.hpp"
#include "session/session.hpp"

namespace postern::app {

// One thread, its loop, and the sessions that live and die on it.
class Worker {
 public:
    Worker(observe::Log& log, ConnectionLimits& limits);
    ~Worker();  // cuts what is still there, and waits for it
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    net::asio::io_context& io() { return io_; }
    // Any thread.
    std::size_t sessions() const { return count_; }

    // A place among the sessions that is taken before the session is there, so that a burst of
    // connections is spread over the workers. Any thread.
    std::shared_ptr<void> seat();
    // What `serve` is given; the seat is one of ours.
    struct Arrival {
        net::Socket socket;
        session::Listener listener;
        std::shared_ptr<const session::Environment> environment;
        std::shared_ptr<void> seat;
    };
    // Starts a session, once it is clear who the client is and that there is room for one more; on
    // this worker's thread.
    void serve(Arrival arrival);
    // Ends when this worker's thread has come round; on any other thread.
    net::Task<> turn();
    // Cancels every session, which says 421 and ends. Any thread.
    void cut();

 private:
    struct Running;
    void run();
    net::Task<> attend(Running& connection);
    net::Task<bool> be_introduced(Running& connection);
    static void believe(Running& connection);
    bool find_place(Running& connection);
    bool refuse(Running& connection, const std::string& network);

    observe::Log& log_;
    ConnectionLimits& limits_;
    net::asio::io_context io_{1};
    net::asio::executor_work_guard<net::Executor> work_;
    std::atomic<std::size_t> count_{0};
    std::list<std::unique_ptr<Running>> running_;  // touched on the worker's thread only
    std::thread thread_;
};

}  // namespace postern::app
