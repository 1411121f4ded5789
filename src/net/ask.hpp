#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>

#include "net/crossing.hpp"
#include "net/task.hpp"

namespace postern::net {

namespace detail {

// `request` lives in this frame until its coroutine has ended, so it may be a lambda with captures.
template <class T>
Task<> answer(std::function<Task<T>()> request, Departure<T> departure) {
    Outcome<T> outcome;
    try {
        outcome.value = co_await request();
    } catch (...) {
        outcome.failure = std::current_exception();
    }
    departure.send(std::move(outcome));
}

}  // namespace detail

// Runs `request` as a coroutine on `there` (another thread's io_context) and awaits its answer
// here: the one way across threads. The request owns all it needs by value. If the asker is
// cancelled or `deadline` passes, the request is abandoned: the asker goes on at once with
// operation_aborted or timed_out; a request that has begun runs to its own end over there and its
// answer is dropped, one that has not begun never does. A request's exception is rethrown here;
// operation_aborted when `there` is destroyed with the request in it. T must be
// default-constructible and movable. No reference and no cancellation slot crosses threads.
template <class T>
Task<T> ask(asio::io_context& there, Deadline deadline, std::function<Task<T>()> request) {
    if (Clock::now() >= deadline) throw boost::system::system_error(asio::error::timed_out);
    Arrival<T> arrival(co_await this_executor(), deadline);
    asio::post(
        there, [&there, request = std::move(request), departure = arrival.departure()]() mutable {
            if (departure.abandoned()) return;
            // `answer` lets no exception out.
            asio::co_spawn(there, detail::answer<T>(std::move(request), std::move(departure)),
                           asio::detached);
        });
    co_return co_await arrival.wait();
}

}  // namespace postern::net
