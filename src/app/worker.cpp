#include "app/worker.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "net/ask.hpp"
#include "net/peer.hpp"
#include "net/proxy_receiver.hpp"
#include "observe/events.hpp"
#include "smtp/replies.hpp"

namespace postern::app {

namespace {

namespace events = observe::events;

constexpr auto introduction_time = std::chrono::seconds(5);  // BEHAVIOUR section 6

// In place of the greeting, unless TLS is expected. Nobody waits for it: what the socket's buffer
// takes is all there is.
void turn_away(Worker::Arrival& arrival, const smtp::Reply& reply) {
    arrival.environment->meters.connection(false);
    const auto farewell = reply.wire();
    boost::system::error_code ignored;
    arrival.socket.non_blocking(true, ignored);
    if (!arrival.listener.implicit_tls)
        arrival.socket.write_some(net::asio::buffer(farewell), ignored);
    arrival.socket.shutdown(net::Socket::shutdown_send, ignored);
    // Octets that nobody has read would make of the close a reset, which overtakes the reply.
    // Whoever sends faster than we read has a reset coming.
    constexpr int most_reads = 16;
    std::array<char, 8192> unread{};
    for (int reads = 0; reads < most_reads && !ignored; ++reads)
        arrival.socket.read_some(net::asio::buffer(unread), ignored);
    arrival.socket.close(ignored);
}

net::Task<bool> nothing() {
    co_return true;
}

}  // namespace

// A connection from its arrival to its end.
struct Worker::Running {
    Arrival arrival;  // moved into the session
    net::asio::ip::address client;
    std::optional<net::ProxyHeader> introduction{};
    std::optional<ConnectionLimits::Place> place{};
    std::optional<session::Session> session{};
    net::asio::cancellation_signal cancellation{};
};

Worker::Worker(observe::Log& log, ConnectionLimits& limits)
    : log_(log), limits_(limits), work_(io_.get_executor()), thread_([this] { run(); }) {}

// What a session throws is its own affair; what is left is a surprise (no memory for a session),
// and costs the one connection that it came with.
void Worker::run() {
    for (;;) {
        try {
            io_.run();
            return;
        } catch (...) {
            log_.write(events::session_fault,
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

void Worker::serve(Arrival arrival) {
    boost::system::error_code error;
    const auto peer = net::normal_form(arrival.socket.remote_endpoint(error));
    if (error) return;  // gone again
    // What is inside cannot be moved. NOLINTNEXTLINE(modernize-make-unique)
    running_.push_back(std::unique_ptr<Running>(new Running{std::move(arrival), peer.address()}));
    const auto here = std::prev(running_.end());
    net::asio::co_spawn(io_, attend(**here),
                        net::asio::bind_cancellation_slot(
                            (*here)->cancellation.slot(), [this, here](std::exception_ptr fault) {
                                // A session throws nothing; if it does, the others must not suffer.
                                if (fault)
                                    log_.write(events::session_fault,
                                               {{"why", observe::words_of(fault)}});
                                // Not here and now: the signal is still in use.
                                net::asio::post(io_, [this, here] { running_.erase(here); });
                            }));
}

net::Task<> Worker::attend(Running& connection) {
    auto& arrival = connection.arrival;
    const bool from_a_balancer =
        net::contains(arrival.listener.proxies, connection.client.to_string());
    if (from_a_balancer && !co_await be_introduced(connection)) co_return;
    if (!find_place(connection)) co_return;
    connection.session.emplace(std::move(arrival.environment), std::move(arrival.listener),
                               net::Stream(std::move(arrival.socket)), connection.introduction);
    co_await connection.session->run();
}

// False: it was not, and the connection is over.
net::Task<bool> Worker::be_introduced(Running& connection) {
    auto& arrival = connection.arrival;
    // Until it is known whom it counts for, it counts for all together only.
    const auto most = arrival.environment->settings.limits.connections;
    connection.place.emplace(limits_.enter("", most, most));
    if (!*connection.place) co_return refuse(connection, "");
    std::string why;
    try {
        connection.introduction = co_await net::receive_proxy_header(
            arrival.socket, net::Clock::now() + introduction_time);
    } catch (const net::ProxyError& error) {
        why = error.what();
    } catch (const boost::system::system_error&) {
        co_return false;  // we are cut
    }
    connection.place.reset();
    if (!why.empty()) {
        log_.write(events::session_proxy_failed, {"", connection.client.to_string()},
                   {{"listener", arrival.listener.name}, {"why", why}});
        turn_away(arrival, smtp::replies::proxy_header_expected());
    }
    if (connection.introduction) believe(connection);
    co_return connection.introduction.has_value();
}

// Health checks of version 1 name the balancer itself, which is to name nobody.
void Worker::believe(Running& connection) {
    auto& introduction = *connection.introduction;
    if (introduction.ends && introduction.ends->client.address() == connection.client)
        introduction = net::ProxyHeader{};
    introduction.sender = connection.client;
    if (introduction.ends) connection.client = introduction.ends->client.address();
    if (!connection.arrival.listener.proxies_end_tls) introduction.tls.reset();
}

bool Worker::find_place(Running& connection) {
    const auto& limits = connection.arrival.environment->settings.limits;
    const auto network = net::client_network(connection.client);
    connection.place.emplace(
        limits_.enter(network, limits.connections, limits.connections_per_network));
    return *connection.place || refuse(connection, network);
}

// Always false.
bool Worker::refuse(Running& connection, const std::string& network) {
    auto& arrival = connection.arrival;
    log_.write(events::session_refused, {"", connection.client.to_string()},
               {{"network", network}, {"listener", arrival.listener.name}});
    turn_away(arrival, smtp::replies::too_many_connections());
    return false;
}

net::Task<> Worker::turn() {
    co_await net::ask<bool>(io_, net::Deadline::max(), nothing);
}

void Worker::cut() {
    net::asio::post(io_, [this] {
        for (const auto& each : running_)
            each->cancellation.emit(net::asio::cancellation_type::terminal);
    });
}

}  // namespace postern::app
