#include "app/worker.hpp"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <future>

#include "net/within.hpp"
#include "support/captured_log.hpp"
#include "support/run_task.hpp"

namespace postern::app {
namespace {

using namespace std::chrono_literals;

net::Task<bool> turns(Worker& worker, net::Clock::duration patience) {
    try {
        co_await net::within(net::Clock::now() + patience, worker.turn());
    } catch (const boost::system::system_error& error) {
        EXPECT_EQ(error.code(), net::asio::error::timed_out);
        co_return false;
    }
    co_return true;
}

// What systemd's watchdog is told rests on this.
TEST(Worker, TurnsUnlessItIsStuck) {
    test::CapturedLog log;
    ConnectionLimits limits;
    Worker worker(log, limits);
    EXPECT_TRUE(test::run_task(turns(worker, 30s), 60s));

    std::promise<void> stuck, free;
    net::asio::post(worker.io(), [&] {
        stuck.set_value();
        free.get_future().wait();
    });
    stuck.get_future().wait();
    EXPECT_FALSE(test::run_task(turns(worker, 100ms), 60s));
    free.set_value();
    EXPECT_TRUE(test::run_task(turns(worker, 30s), 60s));
}

}  // namespace
}  // namespace postern::app
