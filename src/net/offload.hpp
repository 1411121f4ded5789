#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <type_traits>

#include "net/crossing.hpp"
#include "net/task.hpp"

namespace postern::net {

// Runs `work` on another thread and awaits its result here. `submit(std::function<void()>)` hands a
// job to some pool and says false when the pool is full: then the result is nullopt, at once. An
// exception of `work` is rethrown here. Cannot be cancelled: the awaiting coroutine stays until the
// work is done, which is why every pool refuses when it is full. If the pool drops a job unrun (it
// shuts down), the awaiting coroutine gets operation_aborted. R is not void.
template <class F, class Submit, class R = std::invoke_result_t<F&>>
    requires std::predicate<Submit&, std::function<void()>>
Task<std::optional<R>> offload(Submit submit, F work) {
    Arrival<R> arrival(co_await this_executor());
    struct Job {
        F work;
        Departure<R> departure;
    };
    // Shared, for std::function wants to be able to copy.
    auto job = std::make_shared<Job>(Job{std::move(work), arrival.departure()});
    const bool accepted = submit([job] {
        Outcome<R> outcome;
        try {
            outcome.value.emplace(job->work());
        } catch (...) {
            outcome.failure = std::current_exception();
        }
        job->departure.send(std::move(outcome));
    });
    job.reset();
    if (!accepted) co_return std::nullopt;
    co_return co_await arrival.wait_uncancelled();
}

// Runs `work` on a thread of its own, for calls that block and cannot be interrupted (the DNS).
// When the caller leaves, the thread is left to itself with what it has taken along, so that a dead
// name server delays nobody's end. R is not void.
template <class F, class R = std::invoke_result_t<F&>>
Task<R> on_own_thread(F work) {
    Arrival<R> arrival(co_await this_executor());
    std::thread([work = std::move(work), departure = arrival.departure()]() mutable {
        Outcome<R> outcome;
        try {
            outcome.value = work();
        } catch (...) {
            outcome.failure = std::current_exception();
        }
        departure.send(std::move(outcome));
    }).detach();
    co_return co_await arrival.wait();
}

// Threads for calls that block (fsync, getaddrinfo), with a bound on how many may wait or run.
class BlockingPool {
 public:
    BlockingPool(unsigned threads, std::size_t limit);
    ~BlockingPool();  // waits for what runs, drops what waits
    BlockingPool(const BlockingPool&) = delete;
    BlockingPool& operator=(const BlockingPool&) = delete;

    // From any thread. False, at once, when `limit` jobs wait or run. `job` must not throw.
    bool submit(std::function<void()> job);

 private:
    std::size_t limit_;
    std::atomic<std::size_t> pending_{0};
    asio::thread_pool threads_;
};

}  // namespace postern::net
