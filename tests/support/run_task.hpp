// Runs coroutines in tests: to their end (run_task), or beside others that the test steers
// (Running).
#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include "net/task.hpp"

namespace postern::test {

namespace asio = boost::asio;

// A Task started on an io_context that the test runs itself. Its state outlives the Running.
template <class T>
class Running {
 public:
    Running(asio::io_context& io, net::Task<T> task) : state_(std::make_shared<State>()) {
        auto token = asio::bind_cancellation_slot(state_->signal.slot(), Ended{state_});
        asio::co_spawn(io, std::move(task), std::move(token));
    }

    bool done() const { return state_->done; }
    void cancel() { state_->signal.emit(asio::cancellation_type::terminal); }

    // What the task returned, or threw.
    T value() {
        if (!done()) throw std::logic_error("the task has not ended");
        if (state_->thrown) std::rethrow_exception(state_->thrown);
        if constexpr (!std::is_void_v<T>) return std::move(*state_->value);
    }

 private:
    struct State {
        asio::cancellation_signal signal;
        bool done = false;
        std::exception_ptr thrown;
        std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value;
    };
    struct Ended {
        std::shared_ptr<State> state;
        void operator()(std::exception_ptr thrown) {
            state->done = true;
            state->thrown = std::move(thrown);
        }
        template <class Value>
        void operator()(std::exception_ptr thrown, Value value) {
            (*this)(std::move(thrown));
            state->value.emplace(std::move(value));
        }
    };
    std::shared_ptr<State> state_;
};

// Runs what is ready, without waiting for anything.
inline void run_ready(asio::io_context& io) {
    io.restart();
    io.poll();
}

// Runs until `condition` holds; throws when it does not within `bound`.
template <class Condition>
void run_until(asio::io_context& io, Condition condition,
               net::Clock::duration bound = std::chrono::seconds(20)) {
    auto deadline = net::Clock::now() + bound;
    for (io.restart(); !condition(); io.restart()) {
        io.run_one_until(deadline);
        if (net::Clock::now() >= deadline) throw std::runtime_error("the test has waited too long");
    }
}

// Runs `task` to its end and returns its value, or throws what it threw.
template <class T>
T run_task(asio::io_context& io, net::Task<T> task,
           net::Clock::duration bound = std::chrono::seconds(20)) {
    Running<T> running(io, std::move(task));
    run_until(io, [&] { return running.done(); }, bound);
    return running.value();
}

template <class T>
T run_task(net::Task<T> task, net::Clock::duration bound = std::chrono::seconds(20)) {
    asio::io_context io(1);
    return run_task(io, std::move(task), bound);
}

}  // namespace postern::test
