#include "support/smtp_client.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

namespace postern::test {
namespace {

using Clock = std::chrono::steady_clock;

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

void expect(int code, const SmtpClient::Reply& reply, std::string_view at) {
    if (reply.code != code) {
        throw std::runtime_error(std::string(at) + ": " + reply.text());
    }
}

}  // namespace

// A non-blocking socket, plain or TLS, with a deadline per operation.
struct SmtpClient::Wire {
    int fd = -1;
    SSL* ssl = nullptr;
    std::chrono::milliseconds patience;
    std::string unread;

    ~Wire() {
        SSL_free(ssl);
        if (fd >= 0) ::close(fd);
    }

    void wait(short events, Clock::time_point deadline) const {
        pollfd entry{fd, events, 0};
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        const auto ready = ::poll(&entry, 1, static_cast<int>(std::max<long>(left.count(), 0)));
        if (ready == 0) throw TimedOut("nothing happened on the connection in time");
        if (ready < 0 && errno != EINTR) fail("poll");
    }

    // What to wait for before the TLS operation is tried again; nullopt: the connection is at its
    // end.
    std::optional<short> wanted(int result) const {
        switch (SSL_get_error(ssl, result)) {
            case SSL_ERROR_WANT_READ:
                return short{POLLIN};
            case SSL_ERROR_WANT_WRITE:
                return short{POLLOUT};
            default:
                ERR_clear_error();
                return std::nullopt;
        }
    }

    // The number of octets, 0 at the end of the stream, -1 when there are none yet.
    ssize_t try_read(char* into, std::size_t size, short& events) const {
        events = POLLIN;
        if (!ssl) {
            const auto got = ::recv(fd, into, size, 0);
            if (got >= 0) return got;
            return errno == EAGAIN || errno == EINTR ? -1 : 0;
        }
        const int got = SSL_read(ssl, into, static_cast<int>(size));
        if (got > 0) return got;
        const auto next = wanted(got);
        if (!next) return 0;
        events = *next;
        return -1;
    }

    std::size_t read(char* into, std::size_t size, Clock::time_point deadline) const {
        for (;;) {
            short events = POLLIN;
            const auto got = try_read(into, size, events);
            if (got >= 0) return static_cast<std::size_t>(got);
            wait(events, deadline);
        }
    }

    std::size_t write_some(std::string_view octets, Clock::time_point deadline) const {
        for (;;) {
            short events = POLLOUT;
            if (ssl) {
                const int put = SSL_write(ssl, octets.data(), static_cast<int>(octets.size()));
                if (put > 0) return static_cast<std::size_t>(put);
                const auto next = wanted(put);
                if (!next) throw Closed("the server closed while we wrote");
                events = *next;
            } else {
                const auto put = ::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL);
                if (put > 0) return static_cast<std::size_t>(put);
                if (errno != EAGAIN && errno != EINTR) {
                    throw Closed("the server closed while we wrote");
                }
            }
            wait(events, deadline);
        }
    }
};

std::string SmtpClient::Reply::text() const {
    std::string result;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        result += std::to_string(code) + (i + 1 < lines.size() ? "-" : " ") + lines[i];
        if (i + 1 < lines.size()) result += "\n";
    }
    return result;
}

bool SmtpClient::Reply::has(std::string_view line) const {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
}

SmtpClient::SmtpClient(std::uint16_t port, std::chrono::milliseconds patience, int receive_buffer)
    : wire_(std::make_unique<Wire>()) {
    wire_->patience = patience;
    wire_->fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (wire_->fd < 0) fail("socket");
    if (receive_buffer > 0) {
        ::setsockopt(wire_->fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(wire_->fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        fail("connect");
    }
    const int on = 1;
    ::setsockopt(wire_->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(wire_->fd, F_SETFL, O_NONBLOCK);
}

SmtpClient::~SmtpClient() = default;
SmtpClient::SmtpClient(SmtpClient&&) noexcept = default;

SmtpClient::Reply SmtpClient::read_reply() {
    const auto deadline = Clock::now() + wire_->patience;
    auto& unread = wire_->unread;
    Reply reply;
    for (;;) {
        const auto end = unread.find("\r\n");
        if (end == std::string::npos) {
            std::array<char, 4096> buffer;
            const auto got = wire_->read(buffer.data(), buffer.size(), deadline);
            if (got == 0) throw Closed("closed instead of a reply; unread: '" + unread + "'");
            unread.append(buffer.data(), got);
            continue;
        }
        const auto line = unread.substr(0, end);
        unread.erase(0, end + 2);
        if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3,
                                            [](char c) { return c >= '0' && c <= '9'; })) {
            throw std::runtime_error("not a reply: '" + line + "'");
        }
        reply.code = std::stoi(line.substr(0, 3));
        reply.lines.push_back(line.size() > 4 ? line.substr(4) : "");
        if (line.size() == 3 || line[3] == ' ') return reply;
    }
}

void SmtpClient::send(std::string_view octets) {
    const auto deadline = Clock::now() + wire_->patience;
    while (!octets.empty())
        octets.remove_prefix(wire_->write_some(octets, deadline));
}

SmtpClient::Reply SmtpClient::command(std::string_view line) {
    send(std::string(line) + "\r\n");
    return read_reply();
}

std::vector<SmtpClient::Reply> SmtpClient::pipeline(const std::vector<std::string>& lines) {
    std::string all;
    for (const auto& line : lines)
        all += line + "\r\n";
    send(all);
    std::vector<Reply> replies;
    while (replies.size() < lines.size())
        replies.push_back(read_reply());
    return replies;
}

void SmtpClient::handshake() {
    const auto deadline = Clock::now() + wire_->patience;
    wire_->ssl = SSL_new(client_context());
    SSL_set_fd(wire_->ssl, wire_->fd);
    SSL_set_tlsext_host_name(wire_->ssl, "localhost");
    for (;;) {
        const int done = SSL_connect(wire_->ssl);
        if (done == 1) return;
        const auto events = wire_->wanted(done);
        if (!events) throw std::runtime_error("TLS handshake failed");
        wire_->wait(*events, deadline);
    }
}

bool SmtpClient::is_tls() const {
    return wire_->ssl != nullptr;
}

std::string SmtpClient::certificate_fingerprint() const {
    auto* certificate = SSL_get1_peer_certificate(wire_->ssl);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned length = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &length);
    X509_free(certificate);
    std::string result;
    for (unsigned i = 0; i < length; ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        result += {digits[digest[i] >> 4], digits[digest[i] & 15]};
    }
    return result;
}

void SmtpClient::greet(std::string_view name) {
    expect(220, read_reply(), "greeting");
    expect(250, command("EHLO " + std::string(name)), "EHLO");
}

void SmtpClient::start_tls(std::string_view name) {
    greet(name);
    expect(220, command("STARTTLS"), "STARTTLS");
    handshake();
    expect(250, command("EHLO " + std::string(name)), "EHLO under TLS");
}

SmtpClient::Reply SmtpClient::auth_plain(std::string_view login, std::string_view password) {
    return command("AUTH PLAIN " + plain_response(login, password));
}

SmtpClient::Reply SmtpClient::auth_login(std::string_view login, std::string_view password) {
    auto reply = command("AUTH LOGIN");
    if (reply.code != 334 || !reply.has("VXNlcm5hbWU6")) return reply;
    reply = command(base64(login));
    if (reply.code != 334 || !reply.has("UGFzc3dvcmQ6")) return reply;
    return command(base64(password));
}

void SmtpClient::half_close() {
    if (wire_->ssl) SSL_shutdown(wire_->ssl);
    ::shutdown(wire_->fd, SHUT_WR);
}

void SmtpClient::reset() {
    const linger at_once{1, 0};
    ::setsockopt(wire_->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(wire_->fd, -1));
}

bool SmtpClient::is_closed() {
    const auto deadline = Clock::now() + wire_->patience;
    std::array<char, 4096> buffer;
    try {
        while (wire_->read(buffer.data(), buffer.size(), deadline) > 0) {
        }
        return true;
    } catch (const TimedOut&) {
        return false;
    }
}

std::string SmtpClient::drain(std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    auto result = std::exchange(wire_->unread, {});
    std::array<char, 4096> buffer;
    try {
        while (const auto got = wire_->read(buffer.data(), buffer.size(), deadline)) {
            result.append(buffer.data(), got);
        }
    } catch (const TimedOut&) {
        // the time is up
    }
    return result;
}

std::string base64(std::string_view octets) {
    std::string result(4 * ((octets.size() + 2) / 3), '\0');
    std::string terminated = result + '\0';
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(terminated.data()),
                    reinterpret_cast<const unsigned char*>(octets.data()),
                    static_cast<int>(octets.size()));
    terminated.pop_back();
    return terminated;
}

std::string plain_response(std::string_view login, std::string_view password) {
    std::string message(1, '\0');
    message += login;
    message += '\0';
    message += password;
    return base64(message);
}

}  // namespace postern::test
