// net: sockets, TLS, threads and time. Every coroutine of the program is a Task on an io_context
// that one thread runs, so nothing in a session or a directory needs a lock or a strand; what
// crosses threads goes through `ask`, `offload` or an immutable snapshot.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace postern::net {

namespace asio = boost::asio;

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

// The concrete executor everywhere: no type erasure on the way of every octet.
using Executor = asio::io_context::executor_type;
template <class T = void>
using Task = asio::awaitable<T, Executor>;
inline constexpr asio::use_awaitable_t<Executor> use_task{};
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

// The executor of the running coroutine.
inline auto this_executor() {
    return asio::this_coro::executor;
}

// Sleeps; cancellation ends it with operation_aborted.
Task<> sleep_until(Deadline deadline);
Task<> sleep_for(Clock::duration duration);

// Whether the running coroutine has been cancelled, so that what it awaits fails for no fault of
// anybody else.
Task<bool> is_cancelled();

}  // namespace postern::net
