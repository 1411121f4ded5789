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
    explicit Worker(observe::Log& log);
    ~Worker();  // cuts what is still there, and waits for it
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    net::asio::io_context& io() { return io_; }
    // Any thread.
    std::size_t sessions() const { return count_; }

    // A place among the sessions that is taken before the session is there, so that a burst of
    // connections is spread over the workers. Any thread.
    std::shared_ptr<void> seat();
    // Starts a session; on this worker's thread.
    void serve(net::Socket socket, session::Listener listener,
               std::shared_ptr<const session::Environment> environment,
               ConnectionLimits::Place place, std::shared_ptr<void> seat);
    // Tells a client that there are too many, unless it would expect TLS, and closes; on this
    // worker's thread.
    void turn_away(net::Socket socket, bool implicit_tls);
    // Cancels every session, which says 421 and ends. Any thread.
    void cut();

 private:
    struct Running;
    void run();

    observe::Log& log_;
    net::asio::io_context io_{1};
    net::asio::executor_work_guard<net::Executor> work_;
    std::atomic<std::size_t> count_{0};
    std::list<std::unique_ptr<Running>> running_;  // touched on the worker's thread only
    std::thread thread_;
};

}  // namespace postern::app
