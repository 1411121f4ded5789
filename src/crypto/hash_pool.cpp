#include "crypto/hash_pool.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "crypto/hash_queue.hpp"

namespace postern::crypto {
namespace {

unsigned thread_count(const HashPoolSettings& settings) {
    if (settings.threads > 0) return settings.threads;
    return std::max(std::thread::hardware_concurrency() / 2, 1U);
}

// Sessions go first: they need microseconds, a hash a good part of a second. A low priority alone
// is not enough, for a scheduler lets who has just begun run on until its next tick; so the hashes
// keep to the last processors, and leave the first one free in any case. On Linux both calls are
// about the calling thread alone, and where they are not allowed, all are equal.
void yield_to_sessions(unsigned threads) {
    constexpr int nice = 10;
    ::setpriority(PRIO_PROCESS, 0, nice);
    cpu_set_t processors;
    if (::sched_getaffinity(0, sizeof processors, &processors) != 0) return;
    auto surplus = CPU_COUNT(&processors);
    surplus -= std::clamp(static_cast<int>(threads), 1, std::max(surplus - 1, 1));
    for (int i = 0; surplus > 0; ++i) {
        surplus -= CPU_ISSET(i, &processors) ? 1 : 0;
        CPU_CLR(i, &processors);
    }
    ::sched_setaffinity(0, sizeof processors, &processors);
}

}  // namespace

struct HashPool::State {
    explicit State(const HashPoolSettings& settings)
        : threads_wanted(thread_count(settings)),
          queue(threads_wanted, settings.queue, settings.memory) {}

    // Also when the constructor of the pool fails at its last thread.
    ~State() { end(); }

    void end() {
        std::deque<HashQueue::Job> dropped;  // destroyed without the lock: it is not our code
        {
            const std::lock_guard lock(mutex);
            stopping = true;
            dropped = queue.drop();
        }
        dropped.clear();
        wake_up.notify_all();
        for (auto& thread : threads)
            thread.join();
        threads.clear();
    }

    // The life of one thread. A job that throws breaks its contract and ends the program.
    void work() noexcept {
        yield_to_sessions(threads_wanted);
        std::unique_lock lock(mutex);
        for (;;) {
            wake_up.wait(lock, [this] { return stopping || queue.ready(); });
            if (stopping) return;
            auto job = queue.take();
            ++running;
            lock.unlock();
            waited.observe(std::chrono::steady_clock::now() - job->offered);
            job->run();
            job->run = nullptr;  // what it holds goes before its memory counts as free
            lock.lock();
            --running;
            queue.finished(job->memory);
            if (queue.ready()) wake_up.notify_all();
        }
    }

    const unsigned threads_wanted;
    std::mutex mutex;
    std::condition_variable wake_up;
    HashQueue queue;
    bool stopping = false;
    std::size_t running = 0;
    observe::Counter refused;
    observe::Histogram waited;
    std::vector<std::thread> threads;
};

HashPool::HashPool(const HashPoolSettings& settings) : state_(std::make_unique<State>(settings)) {
    for (unsigned i = 0; i < state_->threads_wanted; ++i) {
        state_->threads.emplace_back([state = state_.get()] { state->work(); });
    }
}

// Until its last job has ended, that job may still submit another one, and is refused.
HashPool::~HashPool() {
    state_->end();
}

bool HashPool::submit(Standing standing, std::size_t memory, std::function<void()> job) {
    HashQueue::Job offered{memory, std::move(job), std::chrono::steady_clock::now()};
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping || !state_->queue.offer(standing, offered)) {
        state_->refused.add();
        return false;
    }
    state_->wake_up.notify_one();
    return true;
}

HashPool::Figures HashPool::figures() const {
    const std::lock_guard lock(state_->mutex);
    return {state_->running, state_->queue.size(), state_->refused.value(),
            state_->waited.snapshot()};
}

}  // namespace postern::crypto
