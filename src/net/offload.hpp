#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>

#include "net/task.hpp"

namespace postern::net {

// Runs `work` on another thread and awaits its result here. `submit(std::function<void()>)` hands a job to
// some pool and says false when the pool is full: then the result is nullopt, at once. An exception of
// `work` is rethrown here. Cannot be cancelled: the awaiting coroutine stays until the work is done, which
// is why every pool refuses when it is full. If the pool drops a job unrun (it shuts down), the awaiting
// coroutine gets operation_aborted.
template <class F, class Submit, class R = std::invoke_result_t<F&>>
    requires std::predicate<Submit&, std::function<void()>>
Task<std::optional<R>> offload(Submit submit, F work);

// Threads for calls that block (fsync, getaddrinfo), with a bound on how many may wait or run.
class BlockingPool {
 public:
    BlockingPool(unsigned threads, std::size_t limit);
    ~BlockingPool();  // waits for what runs
    bool submit(std::function<void()> job);

 private:
    std::size_t limit_;
    std::atomic<std::size_t> pending_{0};
    asio::thread_pool threads_;
};

}  // namespace postern::net
