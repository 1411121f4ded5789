#include "net/task.hpp"

#include <boost/asio/cancellation_state.hpp>

namespace postern::net {

Task<> sleep_until(Deadline deadline) {
    Timer timer(co_await this_executor(), deadline);
    co_await timer.async_wait(use_task);
}

Task<> sleep_for(Clock::duration duration) {
    return sleep_until(Clock::now() + duration);
}

Task<bool> is_cancelled() {
    const auto state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() != asio::cancellation_type::none;
}

}  // namespace postern::net
