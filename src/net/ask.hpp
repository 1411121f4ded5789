#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>

#include "net/task.hpp"

namespace postern::net {

// Runs `request` as a coroutine on `there` (another thread's io_context) and awaits its answer here: the one
// way across threads. The request owns all it needs by value. If the asker is cancelled or `deadline`
// passes, the request is abandoned: the asker goes on at once with operation_aborted or timed_out, the
// request runs to its own end over there and its answer is dropped. A request's exception is rethrown here.
// T must be default-constructible and movable. No reference and no cancellation slot crosses threads.
template <class T>
Task<T> ask(asio::io_context& there, Deadline deadline, std::function<Task<T>()> request);

}  // namespace postern::net
