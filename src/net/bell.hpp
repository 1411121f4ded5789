#pragma once

#include <memory>
#include <mutex>

#include "net/task.hpp"

namespace postern::net {

// One coroutine sleeps, any thread may wake it. A ring while nobody sleeps ends the next sleep at
// once.
class Bell {
 public:
    // True: somebody rang. False: the deadline has passed. Cancellation ends it with
    // operation_aborted.
    Task<bool> sleep_until(Deadline deadline);
    void ring();

 private:
    class Sleep;

    std::mutex mutex_;
    bool rung_ = false;
    std::shared_ptr<Timer> sleeper_;
};

}  // namespace postern::net
