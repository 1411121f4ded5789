#include "support/blocking_wire.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace postern::test {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

SSL_CTX* client_context() {
    static SSL_CTX* const context = [] {
        auto* made = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
        SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        return made;
    }();
    return context;
}

}  // namespace

BlockingWire::BlockingWire(std::uint16_t port, int receive_buffer)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) fail("socket");
    if (receive_buffer > 0) {
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(std::exchange(fd_, -1));
        fail("connect");
    }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
}

BlockingWire::~BlockingWire() {
    SSL_free(ssl_);
    if (fd_ >= 0) ::close(fd_);
}

void BlockingWire::wait(short events, Clock::time_point deadline) const {
    pollfd entry{fd_, events, 0};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    const auto ready = ::poll(&entry, 1, static_cast<int>(std::max<long>(left.count(), 0)));
    if (ready == 0) throw TimedOut("nothing happened on the connection in time");
    if (ready < 0 && errno != EINTR) fail("poll");
}

// What to wait for before the TLS operation is tried again; nullopt: the connection is at its end.
std::optional<short> BlockingWire::wanted(int result) const {
    const int why = SSL_get_error(ssl_, result);
    ERR_clear_error();
    if (why == SSL_ERROR_WANT_READ) return short{POLLIN};
    if (why == SSL_ERROR_WANT_WRITE) return short{POLLOUT};
    return std::nullopt;
}

// The number of octets, 0 at the end of the stream, -1: none before `events`.
ssize_t BlockingWire::try_read(char* into, std::size_t size, short& events) const {
    if (!ssl_) {
        const auto got = ::recv(fd_, into, size, 0);
        if (got >= 0) return got;
        return errno == EAGAIN || errno == EINTR ? -1 : 0;
    }
    const int got = SSL_read(ssl_, into, static_cast<int>(size));
    if (got > 0) return got;
    const auto next = wanted(got);
    if (!next) return 0;
    events = *next;
    return -1;
}

// Likewise; 0: the peer is gone.
ssize_t BlockingWire::try_write(std::string_view octets, short& events) const {
    if (!ssl_) {
        const auto put = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (put > 0) return put;
        return errno == EAGAIN || errno == EINTR ? -1 : 0;
    }
    const int put = SSL_write(ssl_, octets.data(), static_cast<int>(octets.size()));
    if (put > 0) return put;
    const auto next = wanted(put);
    if (!next) return 0;
    events = *next;
    return -1;
}

std::size_t BlockingWire::read(char* into, std::size_t size, Clock::time_point deadline) const {
    for (;;) {
        short events = POLLIN;
        const auto got = try_read(into, size, events);
        if (got >= 0) return static_cast<std::size_t>(got);
        wait(events, deadline);
    }
}

void BlockingWire::write(std::string_view octets, Clock::time_point deadline) const {
    while (!octets.empty()) {
        short events = POLLOUT;
        const auto put = try_write(octets, events);
        if (put == 0) throw Closed("the server closed while we wrote");
        if (put > 0) {
            octets.remove_prefix(static_cast<std::size_t>(put));
        } else {
            wait(events, deadline);
        }
    }
}

void BlockingWire::handshake(Clock::time_point deadline) {
    ssl_ = SSL_new(client_context());
    SSL_set_fd(ssl_, fd_);
    SSL_set_tlsext_host_name(ssl_, "localhost");
    for (;;) {
        const int done = SSL_connect(ssl_);
        if (done == 1) return;
        const auto events = wanted(done);
        if (!events) throw std::runtime_error("TLS handshake failed");
        wait(*events, deadline);
    }
}

void BlockingWire::half_close() {
    if (ssl_) SSL_shutdown(ssl_);
    ::shutdown(fd_, SHUT_WR);
}

void BlockingWire::reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(fd_, -1));
}

}  // namespace postern::test
