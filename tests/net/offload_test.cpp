#include "net/offload.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <latch>
#include <thread>

#include "net/harness.hpp"

namespace postern::net {
namespace {

auto into(BlockingPool& pool) {
    return [&pool](std::function<void()> job) { return pool.submit(std::move(job)); };
}

TEST(Offload, RunsOnAnotherThreadAndReturnsHere) {
    BlockingPool pool(1, 10);
    run([&]() -> Task<> {
        const auto here = std::this_thread::get_id();
        const auto there = co_await offload(into(pool), [] { return std::this_thread::get_id(); });
        EXPECT_TRUE(there.has_value());
        EXPECT_NE(there, here);
        EXPECT_EQ(std::this_thread::get_id(), here);
    }());
}

TEST(Offload, TakesAndGivesWhatCanOnlyBeMoved) {
    BlockingPool pool(1, 10);
    auto result = run(offload(
        into(pool), [number = std::make_unique<int>(42)]() mutable { return std::move(number); }));
    EXPECT_EQ(*result.value(), 42);
}

TEST(Offload, AnExceptionOfTheWorkIsRethrown) {
    BlockingPool pool(1, 10);
    const auto work = []() -> int { throw std::runtime_error("disk full"); };
    EXPECT_THROW(run(offload(into(pool), work)), std::runtime_error);
    EXPECT_EQ(run(offload(into(pool), [] { return 1; })), 1) << "the pool goes on";
}

TEST(Offload, AFullPoolRefusesAtOnce) {
    std::latch leave(1);
    BlockingPool pool(1, 2);
    run([&]() -> Task<> {
        EXPECT_TRUE(pool.submit([&] { leave.wait(); }));
        EXPECT_TRUE(pool.submit([] {}));
        EXPECT_EQ(co_await offload(into(pool), [] { return 1; }), std::nullopt);
        leave.count_down();
    }());
}

TEST(Offload, APoolThatDropsTheJobAbortsWhoWaits) {
    std::vector<std::function<void()>> queue;
    const auto submit = [&](std::function<void()> job) {
        queue.push_back(std::move(job));
        return true;
    };
    run(both(
        [&]() -> Task<> {
            EXPECT_EQ(co_await error_of(offload(submit, [] { return 1; })),
                      asio::error::operation_aborted);
        }(),
        [&]() -> Task<> {
            queue.clear();
            co_return;
        }()));
}

TEST(Offload, CancellationIsSeenOnlyWhenTheWorkIsDone) {
    std::latch leave(1);
    BlockingPool pool(1, 10);
    asio::io_context io(1);
    asio::cancellation_signal signal;
    std::optional<int> result;
    std::exception_ptr seen;
    asio::co_spawn(
        io,
        [&]() -> Task<> {
            result = co_await offload(into(pool), [&] {
                leave.wait();
                return 1;
            });
            co_await sleep_for(0ms);
        },
        asio::bind_cancellation_slot(signal.slot(),
                                     [&](std::exception_ptr failure) { seen = failure; }));
    io.poll();
    signal.emit(asio::cancellation_type::terminal);
    io.poll();
    EXPECT_EQ(result, std::nullopt) << "still there";
    leave.count_down();
    io.run_for(patience);
    EXPECT_EQ(result, 1);
    ASSERT_TRUE(seen);
    EXPECT_THROW(std::rethrow_exception(seen), system_error);
}

TEST(Offload, TheAwaitingLoopMayBeDestroyedFirst) {
    std::latch leave(1);
    std::atomic<bool> done = false;
    BlockingPool pool(1, 10);
    {
        asio::io_context io(1);
        const auto work = [&] {
            leave.wait();
            done = true;
            return 1;
        };
        asio::co_spawn(io, offload(into(pool), work), asio::detached);
        io.poll();
    }
    leave.count_down();
    EXPECT_EQ(run(offload(into(pool), [] { return 2; })), 2) << "after the first one";
    EXPECT_TRUE(done);
}

TEST(BlockingPool, WaitsForWhatRunsWhenItGoes) {
    std::atomic<bool> begun = false;
    std::atomic<bool> done = false;
    {
        BlockingPool pool(1, 10);
        pool.submit([&] {
            begun = true;
            for (int i = 0; i < 1'000; ++i)
                std::this_thread::yield();
            done = true;
        });
        while (!begun)
            std::this_thread::yield();
    }
    EXPECT_TRUE(done);
}

TEST(BlockingPool, NeverHoldsMoreThanItsLimit) {
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    BlockingPool pool(2, 8);
    int accepted = 0;
    for (int i = 0; i < 1'000; ++i) {
        accepted += pool.submit([&] {
            const int now = ++inside;
            for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
            }
            --inside;
        });
    }
    EXPECT_GE(accepted, 8);
    EXPECT_LE(most, 2);
    // Room is made for as many as there was.
    while (!pool.submit([] {}))
        std::this_thread::yield();
}

}  // namespace
}  // namespace postern::net
