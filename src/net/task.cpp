#include "net/task.hpp"

namespace postern::net {

Task<> sleep_until(Deadline deadline) {
    Timer timer(co_await this_executor(), deadline);
    co_await timer.async_wait(use_task);
}

Task<> sleep_for(Clock::duration duration) {
    return sleep_until(Clock::now() + duration);
}

}  // namespace postern::net
