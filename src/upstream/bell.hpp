#pragma once

#include <memory>
#include <mutex>

#include "net/task.hpp"

namespace postern::upstream {

// One coroutine sleeps, any thread may wake it. A ring while nobody sleeps ends the next sleep at
// once.
class Bell {
 public:
    // True: somebody rang. False: the deadline has passed. Cancellation ends it with
    // operation_aborted.
    net::Task<bool> sleep_until(net::Deadline deadline);
    void ring();

 private:
    class Sleep;

    std::mutex mutex_;
    bool rung_ = false;
    std::shared_ptr<net::Timer> sleeper_;
};

}  // namespace postern::upstream
