#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/blocking_wire.hpp"

namespace postern::test {

// A blocking SMTP client for tests, which says exactly what it is told to, however wrong that is.
// Every wait has a deadline: SmtpClient::TimedOut. The end of the connection where a reply was
// expected is SmtpClient::Closed. No certificate is verified here; tests that care use `openssl
// s_client`.
class SmtpClient {
 public:
    struct Reply {
        int code = 0;
        std::vector<std::string> lines;  // without code and CRLF
        std::string text() const;        // "250-first\n250 last"
        bool has(std::string_view line) const;
    };
    using TimedOut = test::TimedOut;
    using Closed = test::Closed;

    // Connects to 127.0.0.1. A small receive buffer makes a client that reads nothing felt at once.
    explicit SmtpClient(std::uint16_t port,
                        std::chrono::milliseconds patience = std::chrono::seconds(20),
                        int receive_buffer = 0);
    ~SmtpClient();
    SmtpClient(SmtpClient&&) noexcept;

    Reply read_reply();
    void send(std::string_view octets);
    // Sends the line and CRLF, reads one reply.
    Reply command(std::string_view line);
    // As many replies as there are lines, sent in one piece.
    std::vector<Reply> pipeline(const std::vector<std::string>& lines);

    // The TLS handshake; STARTTLS has been said, or the port begins with it. Throws runtime_error.
    void handshake();
    bool is_tls() const;
    // SHA-256 of the server's certificate in hexadecimal.
    std::string certificate_fingerprint() const;

    // The common openings, each of which throws runtime_error when the server does not agree.
    void greet(std::string_view name = "client.example");  // 220, EHLO
    void start_tls(std::string_view name = "client.example");
    Reply auth_plain(std::string_view login, std::string_view password);
    Reply auth_login(std::string_view login, std::string_view password);

    // Sends FIN: nothing more from us, but we still read.
    void half_close();
    // Cuts the connection with a reset.
    void reset();
    // True when the server has closed: the end of the stream or a reset within the patience. Octets
    // that come before the end are dropped.
    bool is_closed();
    // Octets that arrive until the server closes or `patience` passes.
    std::string drain(std::chrono::milliseconds patience);

 private:
    BlockingWire::Clock::time_point deadline() const;

    std::chrono::milliseconds patience_;
    std::unique_ptr<BlockingWire> wire_;
    std::string unread_;
};

std::string base64(std::string_view octets);
// The initial response of PLAIN, encoded.
std::string plain_response(std::string_view login, std::string_view password);

}  // namespace postern::test
