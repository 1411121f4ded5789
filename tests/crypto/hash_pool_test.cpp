#include "crypto/hash_pool.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "support/pool_blocker.hpp"

namespace postern::crypto {
namespace {

using enum HashPool::Standing;
using test::PoolBlocker;
using namespace std::chrono_literals;

TEST(HashPool, RunsJobsOnItsOwnThreads) {
    std::promise<std::thread::id> ran;
    HashPool pool({.threads = 2});
    ASSERT_TRUE(pool.submit(fresh, 0, [&] { ran.set_value(std::this_thread::get_id()); }));
    EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

TEST(HashPool, HasAtLeastOneThreadWhateverTheMachine) {
    std::promise<void> ran;
    HashPool pool({});
    ASSERT_TRUE(pool.submit(known, 1, [&] { ran.set_value(); }));
    EXPECT_EQ(ran.get_future().wait_for(30s), std::future_status::ready);
}

TEST(HashPool, LeavesAProcessorToTheSessions) {
    const auto processors = [] {
        cpu_set_t set;
        return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
    };
    const int all = processors();
    for (const unsigned threads : {1U, 2U, 64U}) {
        std::promise<int> seen;
        HashPool pool({.threads = threads});
        ASSERT_TRUE(pool.submit(known, 0, [&] { seen.set_value(processors()); }));
        EXPECT_EQ(seen.get_future().get(),
                  std::min(static_cast<int>(threads), std::max(all - 1, 1)));
    }
    EXPECT_EQ(processors(), all) << "of the threads of the pool alone";
}

TEST(HashPool, RefusesAtOnceWhenFullAndGoesOnAfterwards) {
    PoolBlocker blocker;
    std::atomic<int> ran = 0;
    std::promise<void> last;
    HashPool pool({.threads = 1, .queue = 2, .memory = 100});
    ASSERT_TRUE(pool.submit(known, 1, blocker.job()));
    ASSERT_TRUE(blocker.runs());
    EXPECT_FALSE(pool.submit(known, 101, [&] { ran += 100; }));
    EXPECT_TRUE(pool.submit(fresh, 1, [&] { last.set_value(); }));
    EXPECT_FALSE(pool.submit(fresh, 1, [&] { ran += 100; }));
    EXPECT_TRUE(pool.submit(known, 1, [&] { ++ran; }));
    EXPECT_FALSE(pool.submit(known, 1, [&] { ran += 100; }));
    blocker.release();
    EXPECT_EQ(last.get_future().wait_for(30s), std::future_status::ready);
    EXPECT_EQ(ran, 1) << "the known one went first";
}

TEST(HashPool, TellsHowItIsDoing) {
    PoolBlocker blocker;
    std::promise<void> last;
    HashPool pool({.threads = 1, .queue = 2, .memory = 100});
    ASSERT_TRUE(pool.submit(known, 1, blocker.job()));
    ASSERT_TRUE(blocker.runs());
    ASSERT_TRUE(pool.submit(known, 1, [&] { last.set_value(); }));
    EXPECT_FALSE(pool.submit(known, 101, [] {}));
    const auto busy = pool.figures();
    EXPECT_EQ(busy.running, 1U);
    EXPECT_EQ(busy.waiting, 1U);
    EXPECT_EQ(busy.refused, 1U);
    const auto waited = [&pool] {
        std::uint64_t count = 0;
        for (const auto each : pool.figures().waited.counts)
            count += each;
        return count;
    };
    EXPECT_EQ(waited(), 1U);
    blocker.release();
    last.get_future().get();
    EXPECT_TRUE(test::eventually([&] { return pool.figures().running == 0; }));
    EXPECT_EQ(waited(), 2U);
    EXPECT_EQ(pool.figures().waiting, 0U);
}

TEST(HashPool, FreesWhatAJobHoldsBeforeItsMemoryCountsAsFree) {
    auto held = std::make_shared<int>(1);
    std::promise<bool> gone;
    HashPool pool({.threads = 2, .queue = 2, .memory = 1});
    ASSERT_TRUE(pool.submit(known, 1, [held] {}));
    const std::weak_ptr<int> watched = held;
    held.reset();
    ASSERT_TRUE(pool.submit(known, 1, [&] { gone.set_value(watched.expired()); }));
    EXPECT_TRUE(gone.get_future().get());
}

// Says when it goes.
struct Canary {
    std::promise<void> gone;
    ~Canary() { gone.set_value(); }
};

TEST(HashPool, DropsWaitingJobsAndWaitsForRunningOnes) {
    std::atomic<bool> finished = false, ran = false, refused = false;
    PoolBlocker blocker;
    auto owner = std::make_unique<HashPool>(HashPoolSettings{.threads = 1, .memory = 10});
    auto* const pool = owner.get();
    ASSERT_TRUE(pool->submit(known, 10, [&, pool, block = blocker.job()] {
        block();
        refused = !pool->submit(known, 0, [] {});
        finished = true;
    }));
    ASSERT_TRUE(blocker.runs());
    auto canary = std::make_shared<Canary>();
    auto dropped = canary->gone.get_future();
    ASSERT_TRUE(pool->submit(fresh, 10, [&, canary = std::move(canary)] { ran = true; }));

    std::thread destroyer([&] { owner.reset(); });
    EXPECT_EQ(dropped.wait_for(30s), std::future_status::ready);
    EXPECT_FALSE(finished);
    blocker.release();
    destroyer.join();
    EXPECT_TRUE(finished);
    EXPECT_TRUE(refused) << "a running job that submits another one when the pool goes";
    EXPECT_FALSE(ran);
}

TEST(HashPool, KeepsItsMemoryBudgetUnderLoad) {
    constexpr std::size_t budget = 100;
    std::atomic<std::size_t> taken = 0, most = 0;
    std::atomic<int> ran = 0, refused = 0;
    std::promise<void> drained;
    HashPool pool({.threads = 8, .queue = 10'000, .memory = budget});
    std::vector<std::thread> callers;
    for (unsigned caller = 0; caller < 4; ++caller) {
        callers.emplace_back([&, caller] {
            for (std::size_t i = 0; i < 500; ++i) {
                const std::size_t memory = (i * 37 + caller) % (budget + 1);
                const bool accepted = pool.submit(i % 2 == 0 ? known : fresh, memory, [&, memory] {
                    const auto now = taken += memory;
                    for (auto seen = most.load(); seen < now;) {
                        if (most.compare_exchange_weak(seen, now)) break;
                    }
                    std::this_thread::yield();
                    taken -= memory;
                    if (++ran == 2000) drained.set_value();
                });
                if (!accepted) ++refused;
            }
        });
    }
    for (auto& caller : callers)
        caller.join();
    EXPECT_EQ(refused, 0);
    EXPECT_EQ(drained.get_future().wait_for(60s), std::future_status::ready) << ran;
    EXPECT_LE(most, budget);
}

}  // namespace
}  // namespace postern::crypto
