#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "net/task.hpp"

namespace postern::net {

// Awaits `operation`; if it is not done by `deadline`, cancels it, waits until it really has ended, and
// throws timed_out. Its own failure is rethrown at once (unlike `operation || timer`). Costs about 2 us:
// for a step of a protocol, not for every read (Stream has a deadline of its own for those).
template <class T>
Task<T> within(Deadline deadline, Task<T> operation);

// Runs both at once; ends when both have ended well, or rethrows the failure of the one that failed first,
// the other one cancelled.
Task<> both(Task<> left, Task<> right);

}  // namespace postern::net
