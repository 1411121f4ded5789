#include "net/slots.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <thread>

#include "net/bell.hpp"
#include "support/eventually.hpp"
#include "upstream/conversation.hpp"

namespace postern::net {
namespace {

using namespace test;
using namespace std::chrono_literals;
namespace asio = net::asio;

net::Deadline after(net::Clock::duration duration) {
    return net::Clock::now() + duration;
}

TEST(Slots, TheFortyFirstWaitsAndTimesOut) {
    const auto slots = std::make_shared<Slots>(40);
    run([](std::shared_ptr<Slots> all) -> net::Task<> {
        std::vector<Slots::Slot> taken;
        for (int i = 0; i < 40; ++i) {
            auto slot = co_await all->acquire(after(0s));
            EXPECT_TRUE(slot) << i;
            if (slot) taken.push_back(std::move(*slot));
        }
        const auto start = net::Clock::now();
        EXPECT_FALSE(co_await all->acquire(after(30ms)));
        EXPECT_GE(net::Clock::now() - start, 30ms);
        taken.pop_back();
        EXPECT_TRUE(co_await all->acquire(after(0s)));
    }(slots));
}

// Waiters in the order of their coming; a slot goes to the first.
TEST(Slots, WhoCameFirstIsServedFirst) {
    asio::io_context io(1);
    const auto slots = std::make_shared<Slots>(1);
    std::vector<int> served;
    std::optional<Slots::Slot> held;
    const auto wait = [](std::shared_ptr<Slots> all, std::vector<int>& order,
                         int me) -> net::Task<> {
        const auto slot = co_await all->acquire(after(20s));
        EXPECT_TRUE(slot);
        order.push_back(me);
    };
    asio::co_spawn(
        io, slots->acquire(after(0s)),
        [&](std::exception_ptr, std::optional<Slots::Slot> slot) { held = std::move(slot); });
    for (int i = 0; i < 3; ++i) {
        asio::co_spawn(io, wait(slots, served, i),
                       [](std::exception_ptr error) { EXPECT_FALSE(error); });
    }
    io.poll();
    ASSERT_TRUE(held);
    EXPECT_TRUE(served.empty());
    held.reset();
    io.run_for(5s);
    EXPECT_EQ(served, (std::vector<int>{0, 1, 2}));
}

TEST(Slots, AWaiterThatIsCancelledTakesNoSlotWithIt) {
    asio::io_context io(1);
    const auto slots = std::make_shared<Slots>(1);
    std::optional<Slots::Slot> held;
    asio::co_spawn(
        io, slots->acquire(after(0s)),
        [&](std::exception_ptr, std::optional<Slots::Slot> slot) { held = std::move(slot); });
    asio::cancellation_signal cancel;
    bool aborted = false;
    asio::co_spawn(
        io, slots->acquire(after(20s)),
        asio::bind_cancellation_slot(
            cancel.slot(), [&](std::exception_ptr error, std::optional<Slots::Slot> slot) {
                EXPECT_FALSE(slot);
                aborted = error != nullptr;
            }));
    io.poll();
    // The slot is granted to the waiter, and cancelled before it can take it.
    held.reset();
    cancel.emit(asio::cancellation_type::terminal);
    io.run_for(5s);
    EXPECT_TRUE(aborted);
    EXPECT_TRUE(run(slots->acquire(after(0s))));
}

TEST(Slots, AWaiterWhoseWorkerIsGoneTakesNoSlotWithIt) {
    const auto slots = std::make_shared<Slots>(1);
    auto held = run(slots->acquire(after(0s)));
    {
        asio::io_context io(1);
        asio::co_spawn(io, slots->acquire(after(20s)),
                       [](std::exception_ptr, std::optional<Slots::Slot>) {});
        io.poll();
    }
    held.reset();
    EXPECT_TRUE(run(slots->acquire(after(0s))));
}

TEST(Slots, WorkersPassThemToEachOther) {
    const auto slots = std::make_shared<Slots>(3);
    std::atomic<int> inside = 0, most = 0, served = 0;
    const auto use = [&](std::shared_ptr<Slots> all) -> net::Task<> {
        for (int i = 0; i < 200; ++i) {
            const auto slot = co_await all->acquire(after(20s));
            EXPECT_TRUE(slot);
            const int now = ++inside;
            for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
            }
            co_await asio::post(co_await net::this_executor(), net::use_task);
            --inside;
            ++served;
        }
    };
    std::vector<std::thread> workers;
    for (int i = 0; i < 4; ++i) {
        workers.emplace_back([&] {
            asio::io_context io(1);
            for (int j = 0; j < 5; ++j) {
                asio::co_spawn(io, use(slots),
                               [](std::exception_ptr error) { EXPECT_FALSE(error); });
            }
            io.run_for(30s);
        });
    }
    for (auto& worker : workers)
        worker.join();
    EXPECT_EQ(served, 4 * 5 * 200);
    EXPECT_LE(most, 3);
}

TEST(Bell, ARingWhileNobodySleepsEndsTheNextSleepOnce) {
    Bell bell;
    bell.ring();
    bell.ring();
    EXPECT_TRUE(run(bell.sleep_until(after(20s))));
    EXPECT_FALSE(run(bell.sleep_until(after(10ms))));
}

TEST(Bell, AnotherThreadWakesTheSleeper) {
    Bell bell;
    std::thread ringer([&] { bell.ring(); });
    EXPECT_TRUE(run(bell.sleep_until(after(20s))));
    ringer.join();
}

}  // namespace
}  // namespace postern::net
