#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "net/task.hpp"

namespace postern::net {

// How one result comes back from another thread to the coroutine that waits for it; `ask` and
// `offload` are made of it. The Arrival lives in the waiting coroutine, the Departure goes to the
// other thread. Either may vanish first: a result without a receiver is dropped, a Departure that
// vanishes unused (its io_context or its pool was destroyed) delivers operation_aborted. The
// receiver's io_context is never touched after the Arrival is gone, so the two sides may be
// destroyed in any order.
template <class T>
class Arrival;

template <class T>
struct Outcome {
    std::exception_ptr failure;
    std::optional<T> value;
};

namespace detail {

template <class T>
struct Crossing {
    explicit Crossing(Executor receiver) : home(receiver) {}

    std::mutex mutex;
    bool abandoned = false;  // under the mutex; once set, `home` may dangle
    const Executor home;
    // The receiver's thread alone touches these.
    Timer* wake = nullptr;
    std::optional<Outcome<T>> outcome;
};

}  // namespace detail

template <class T>
class Departure {
 public:
    explicit Departure(std::shared_ptr<detail::Crossing<T>> crossing)
        : crossing_(std::move(crossing)) {}
    Departure(Departure&&) noexcept = default;
    Departure& operator=(Departure&&) = delete;
    ~Departure() {
        if (!crossing_) return;
        const boost::system::system_error dropped(asio::error::operation_aborted);
        send({std::make_exception_ptr(dropped), std::nullopt});
    }

    // From any thread, once.
    void send(Outcome<T> outcome) {
        const auto crossing = std::move(crossing_);
        const std::lock_guard lock(crossing->mutex);
        if (crossing->abandoned) return;
        asio::post(crossing->home, [crossing, outcome = std::move(outcome)]() mutable {
            if (crossing->wake == nullptr) return;
            crossing->outcome = std::move(outcome);
            crossing->wake->cancel();
        });
    }

    // True when nobody waits any more.
    bool abandoned() const {
        const std::lock_guard lock(crossing_->mutex);
        return crossing_->abandoned;
    }

 private:
    std::shared_ptr<detail::Crossing<T>> crossing_;
};

template <class T>
class Arrival {
 public:
    explicit Arrival(Executor home, Deadline deadline = Deadline::max())
        : wake_(home, deadline), crossing_(std::make_shared<detail::Crossing<T>>(home)) {
        crossing_->wake = &wake_;
    }
    Arrival(const Arrival&) = delete;
    Arrival& operator=(const Arrival&) = delete;
    ~Arrival() {
        crossing_->wake = nullptr;
        const std::lock_guard lock(crossing_->mutex);
        crossing_->abandoned = true;
    }

    // Once.
    Departure<T> departure() { return Departure<T>(crossing_); }

    // The result; timed_out at the deadline, operation_aborted when the coroutine is cancelled.
    Task<T> wait() {
        if (crossing_->outcome) co_return take();
        auto [error] = co_await wake_.async_wait(asio::as_tuple(use_task));
        if (crossing_->outcome) co_return take();
        throw boost::system::system_error(error ? error : asio::error::timed_out);
    }

    // The result, whatever happens: a cancellation is seen at the coroutine's next wait.
    Task<T> wait_uncancelled() {
        if (!crossing_->outcome)
            co_await wake_.async_wait(
                asio::bind_cancellation_slot(asio::cancellation_slot(), asio::as_tuple(use_task)));
        co_return take();
    }

 private:
    T take() {
        Outcome<T> outcome = std::move(*crossing_->outcome);
        if (outcome.failure) std::rethrow_exception(outcome.failure);
        return std::move(*outcome.value);
    }

    Timer wake_;
    std::shared_ptr<detail::Crossing<T>> crossing_;
};

}  // namespace postern::net
