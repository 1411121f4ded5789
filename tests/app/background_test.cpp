#include "app/background.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "support/run_task.hpp"
#include "support/session_host.hpp"

namespace postern::app {
namespace {

namespace asio = net::asio;

struct AtEnd {
    int& count;
    ~AtEnd() { ++count; }
};

net::Task<> wait_for_ever(int& begun, int& ended) {
    ++begun;
    const AtEnd at_end{ended};
    co_await net::sleep_for(std::chrono::hours(1));
}

net::Task<> fail(int& begun) {
    ++begun;
    throw std::runtime_error("out of luck");
    co_return;
}

TEST(BackgroundTask, RunsUntilItsOwnerGoes) {
    asio::io_context io(1);
    test::CapturedLog log;
    int begun = 0, ended = 0;
    {
        const BackgroundTask task(io, log, "waiting", [&] { return wait_for_ever(begun, ended); });
        test::run_ready(io);
        EXPECT_EQ(begun, 1);
        EXPECT_EQ(ended, 0);
    }
    io.restart();
    io.run();  // returns, for nothing is left to do
    EXPECT_EQ(ended, 1);
    EXPECT_EQ(log.text(), "");
}

TEST(BackgroundTask, StartsAgainAfterAFault) {
    asio::io_context io(1);
    test::CapturedLog log;
    int begun = 0;
    const BackgroundTask task(io, log, "failing", [&] { return fail(begun); });
    test::run_until(io, [&] { return begun == 2; });
    EXPECT_NE(log.text().find("server.fault - - task=\"failing\" why=\"out of luck\""),
              std::string::npos)
        << log.text();
}

TEST(BackgroundTask, GoneBeforeItBegan) {
    asio::io_context io(1);
    test::CapturedLog log;
    int begun = 0;
    {
        const BackgroundTask task(io, log, "never", [&] { return wait_for_ever(begun, begun); });
    }
    io.run();
    EXPECT_EQ(begun, 0);
}

}  // namespace
}  // namespace postern::app
