#include "net/bell.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

namespace postern::net {

// A timer is known to the ringers exactly as long as its coroutine exists: they post under the
// lock, so the io_context they post to is there.
class Bell::Sleep {
 public:
    Sleep(Bell& bell, std::shared_ptr<Timer> timer) : bell_(bell) {
        const std::lock_guard lock(bell_.mutex_);
        bell_.sleeper_ = std::move(timer);
    }
    ~Sleep() {
        const std::lock_guard lock(bell_.mutex_);
        bell_.sleeper_.reset();
    }
    Sleep(const Sleep&) = delete;
    Sleep& operator=(const Sleep&) = delete;

    bool take_ring() {
        const std::lock_guard lock(bell_.mutex_);
        return std::exchange(bell_.rung_, false);
    }

 private:
    Bell& bell_;
};

Task<bool> Bell::sleep_until(Deadline deadline) {
    auto timer = std::make_shared<Timer>(co_await this_executor(), deadline);
    Sleep sleep(*this, timer);
    if (sleep.take_ring()) co_return true;
    co_await timer->async_wait(asio::as_tuple(use_task));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    co_return sleep.take_ring();
}

void Bell::ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    if (!sleeper_) return;
    net::asio::post(sleeper_->get_executor(), [timer = sleeper_] { timer->cancel(); });
}

}  // namespace postern::net
