#include "app/worker.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "observe/events.hpp"
#include "smtp/replies.hpp"

namespace postern::app {

struct Worker::Running {
    session::Session session;
    ConnectionLimits::Place place;
    std::shared_ptr<void> seat;
    net::asio::cancellation_signal cancellation{};
};

Worker::Worker(observe::Log& log)
    : log_(log), work_(io_.get_executor()), thread_([this] { run(); }) {}

// What a session throws is its own affair; what is left is a surprise (no memory for a session),
// and costs the one connection that it came with.
void Worker::run() {
    for (;;) {
        try {
            io_.run();
            return;
        } catch (...) {
            log_.write(observe::events::session_fault,
                       {{"why", observe::words_of(std::current_exception())}});
        }
    }
}

Worker::~Worker() {
    cut();
    work_.reset();
    thread_.join();  // when the last session has ended
}

std::shared_ptr<void> Worker::seat() {
    ++count_;
    return {static_cast<void*>(nullptr), [this](void*) { --count_; }};
}

void Worker::serve(net::Socket socket, session::Listener listener,
                   std::shared_ptr<const session::Environment> environment,
                   ConnectionLimits::Place place, std::shared_ptr<void> seat) {
    // What is inside cannot be moved. NOLINTNEXTLINE(modernize-make-unique)
    running_.push_back(std::unique_ptr<Running>(
        new Running{session::Session(std::move(environment), std::move(listener),
                                     net::Stream(std::move(socket))),
                    std::move(place), std::move(seat)}));
    const auto here = std::prev(running_.end());
    net::asio::co_spawn(io_, (*here)->session.run(),
                        net::asio::bind_cancellation_slot(
                            (*here)->cancellation.slot(), [this, here](std::exception_ptr fault) {
                                // A session throws nothing; if it does, the others must not suffer.
                                if (fault)
                                    log_.write(observe::events::session_fault,
                                               {{"why", observe::words_of(fault)}});
                                // Not here and now: the signal is still in use.
                                net::asio::post(io_, [this, here] { running_.erase(here); });
                            }));
}

// 421 in place of the greeting. Nobody waits for it: what the socket's buffer takes is all there
// is.
void Worker::turn_away(net::Socket socket, bool implicit_tls) {
    const auto farewell = smtp::replies::too_many_connections().wire();
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    if (!implicit_tls) socket.write_some(net::asio::buffer(farewell), ignored);
    socket.shutdown(net::Socket::shutdown_send, ignored);
    socket.close(ignored);
}

void Worker::cut() {
    net::asio::post(io_, [this] {
        for (const auto& each : running_)
            each->cancellation.emit(net::asio::cancellation_type::terminal);
    });
}

}  // namespace postern::app
