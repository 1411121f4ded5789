#include "net/stream.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "net/peer.hpp"
#include "net/stream_state.hpp"

namespace postern::net {
namespace {

using boost::system::error_code;
using boost::system::system_error;

constexpr auto goodbye_time = std::chrono::seconds(1);

// A socket of the machine's own has addresses that fit into no Endpoint.
bool is_internet(int socket) {
    int domain = 0;
    socklen_t size = sizeof(domain);
    const bool known = ::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0;
    return !known || domain != AF_UNIX;
}

}  // namespace

Stream::State::State(Socket accepted) : socket(std::move(accepted)), timer(socket.get_executor()) {
    error_code ignored;  // the peer may be gone already: the first read tells
    socket.native_non_blocking(true, ignored);
    if (!is_internet(socket.native_handle())) return;
    remote = normal_form(socket.remote_endpoint(ignored));
    local = normal_form(socket.local_endpoint(ignored));
}

Stream::State::~State() {
    if (ssl == nullptr) return;
    // Otherwise OpenSSL takes a session without close_notify for a broken one and forbids its
    // resumption.
    if (!broken) SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl);
}

void Stream::State::close() noexcept {
    error_code ignored;
    armed = Deadline::max();
    try {
        timer.cancel();
    } catch (const system_error&) {
    }
    socket.close(ignored);
}

void Stream::State::require_usable() const {
    if (!socket.is_open()) throw system_error(asio::error::operation_aborted);
    if (deadline != Deadline::max() && Clock::now() >= deadline)
        throw system_error(asio::error::timed_out);
}

// The timer follows the deadline lazily: moved later, it fires in vain and is set again then; moved
// earlier, it is set again only while somebody waits.
void Stream::State::move_deadline(Deadline to) {
    deadline = to;
    if (waiting > 0) arm();
}

void Stream::State::arm() {
    if (deadline >= armed || !socket.is_open()) return;
    armed = deadline;
    timer.expires_at(deadline);
    timer.async_wait([weak = weak_from_this()](const error_code& error) {
        if (const auto self = weak.lock()) self->on_timer(error);
    });
}

void Stream::State::on_timer(const error_code& error) {
    const Deadline now = Clock::now();
    const bool replaced = error == asio::error::operation_aborted || now < armed;
    if (replaced) return;
    armed = Deadline::max();
    if (waiting == 0) return;
    if (now < deadline) return arm();
    ++expirations;
    error_code ignored;
    socket.cancel(ignored);
}

Task<> Stream::State::wait(Socket::wait_type direction) {
    unwaited = 0;
    const Wait under_way(*this);
    auto [error] = co_await socket.async_wait(direction, asio::as_tuple(use_task));
    if (error) throw under_way.failure(error, co_await asio::this_coro::cancellation_state);
    if (!socket.is_open()) throw system_error(asio::error::operation_aborted);
}

Task<std::size_t> Stream::State::read_plain(Self self, asio::mutable_buffer into) {
    const Occupied reader(self->reading);
    self->require_usable();
    // Asio would wait for another event behind the end, which never comes.
    if (self->at_end) co_return 0;
    const Wait under_way(*self);
    auto [error, count] =
        co_await self->socket.async_read_some(asio::buffer(into), asio::as_tuple(use_task));
    self->at_end = error == asio::error::eof;
    if (self->at_end) co_return 0;
    if (error) throw under_way.failure(error, co_await asio::this_coro::cancellation_state);
    co_return count;
}

Stream::Ahead Stream::State::look_ahead_plain() {
    char octet = 0;
    const auto got = ::recv(socket.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got > 0) return Ahead::octets;
    const bool none_yet = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    return none_yet ? Ahead::nothing : Ahead::end;
}

Task<> Stream::State::write_plain(Self self, std::string_view octets) {
    const Occupied writer(self->writing);
    while (!octets.empty()) {
        self->require_usable();
        const Wait under_way(*self);
        auto [error, count] = co_await self->socket.async_write_some(
            asio::buffer(octets.data(), octets.size()), asio::as_tuple(use_task));
        if (error) throw under_way.failure(error, co_await asio::this_coro::cancellation_state);
        octets.remove_prefix(count);
    }
}

// Closing with unread octets makes the kernel send RST, which overtakes our last words at the peer.
Task<> Stream::State::drain() {
    const bool fin_seen = at_end && (ssl == nullptr || truncated);
    if (fin_seen) co_return;
    std::array<char, 1024> scrap;
    for (;;) {
        require_usable();
        const Wait under_way(*this);
        auto [error, count] =
            co_await socket.async_read_some(asio::buffer(scrap), asio::as_tuple(use_task));
        if (error) co_return;
    }
}

Task<> Stream::State::shutdown(Self self) {
    if (!self || !self->socket.is_open()) co_return;
    try {
        self->socket.cancel();
        self->move_deadline(Clock::now() + goodbye_time);
        co_await self->say_goodbye();
        self->socket.shutdown(Socket::shutdown_send);
        co_await self->drain();
    } catch (const std::exception&) {
        // The peer is gone or slow; it is over either way.
    }
    self->close();
}

Stream::Stream(Socket socket) : state_(std::make_shared<State>(std::move(socket))) {}

Stream::~Stream() {
    close();
}

Stream::Stream(Stream&&) noexcept = default;

Stream& Stream::operator=(Stream&& other) noexcept {
    if (this != &other) {
        close();
        state_ = std::move(other.state_);
    }
    return *this;
}

Task<std::size_t> Stream::read_some(asio::mutable_buffer into) {
    assert(into.size() > 0);
    return state_->ssl ? State::read_tls(state_, into) : State::read_plain(state_, into);
}

Stream::Ahead Stream::look_ahead() {
    assert(!state_->reading);
    if (!state_->socket.is_open() || state_->at_end) return Ahead::end;
    return state_->ssl ? state_->look_ahead_tls() : state_->look_ahead_plain();
}

Task<> Stream::write(std::string_view octets) {
    return state_->ssl ? State::write_tls(state_, octets) : State::write_plain(state_, octets);
}

Task<> Stream::accept_tls(std::shared_ptr<const TlsContext> context) {
    return State::accept_tls(state_, std::move(context));
}

Task<> Stream::connect_tls(std::shared_ptr<const TlsContext> context, std::string host) {
    return State::connect_tls(state_, std::move(context), std::move(host));
}

void Stream::expires_at(Deadline deadline) {
    state_->move_deadline(deadline);
}

Task<> Stream::shutdown() {
    return State::shutdown(state_);
}

void Stream::close() noexcept {
    if (state_) state_->close();
}

void Stream::cancel() noexcept {
    error_code ignored;
    if (state_) state_->socket.cancel(ignored);
}

bool Stream::is_open() const {
    return state_ && state_->socket.is_open();
}

bool Stream::truncated() const {
    return state_->truncated;
}

const Endpoint& Stream::remote() const {
    return state_->remote;
}

const Endpoint& Stream::local() const {
    return state_->local;
}

Executor Stream::executor() const {
    return state_->socket.get_executor();
}

}  // namespace postern::net
