#include "app/background.hpp"

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "observe/events.hpp"

namespace postern::app {

struct BackgroundTask::State {
    std::string name;
    std::function<net::Task<>()> job;
    observe::Log& log;
    net::asio::cancellation_signal stop;
    std::atomic<bool> stopped = false;
};

namespace {

constexpr auto pause_after_a_fault = std::chrono::seconds(1);

}  // namespace

BackgroundTask::BackgroundTask(net::asio::io_context& io, observe::Log& log, std::string name,
                               std::function<net::Task<>()> job)
    : io_(io), state_(new State{std::move(name), std::move(job), log, {}}) {
    net::asio::post(io, [&io, state = state_] {
        if (state->stopped) return;
        net::asio::co_spawn(
            io, keep_running(state),
            net::asio::bind_cancellation_slot(state->stop.slot(), [state](std::exception_ptr) {}));
    });
}

BackgroundTask::~BackgroundTask() {
    state_->stopped = true;
    net::asio::post(io_,
                    [state = state_] { state->stop.emit(net::asio::cancellation_type::terminal); });
}

net::Task<> BackgroundTask::keep_running(std::shared_ptr<State> state) {
    while (!state->stopped) {
        std::string fault = "it ended";
        try {
            co_await state->job();
        } catch (...) {
            fault = observe::words_of(std::current_exception());
        }
        if (state->stopped) co_return;
        state->log.write(observe::events::server_fault, {{"task", state->name}, {"why", fault}});
        co_await net::sleep_for(pause_after_a_fault);
    }
}

}  // namespace postern::app
