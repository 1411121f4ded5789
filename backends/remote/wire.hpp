#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "net/stream.hpp"

namespace postern::remote {

// What the server says makes no sense.
class ProtocolError : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};
// The server was reached and refuses what a login needs: TLS, a way to log in, us.
class Refused : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};
// The server takes its leave, with these words.
class Farewell : public std::runtime_error {
 public:
    Farewell(const std::string& words, bool too_many)
        : std::runtime_error(words), too_many_(too_many) {}
    bool too_many() const { return too_many_; }  // it has too many of us

 private:
    bool too_many_;
};

// How the servers of a directory are reached.
struct Security {
    enum class Kind : std::uint8_t { implicit, starttls, starttls_if_offered, none };
    Kind kind = Kind::starttls;
    std::shared_ptr<const net::TlsContext> tls;  // nullptr: never
    std::string name;                            // expected in the certificate
};

// A connection's octets, with what has come and is not understood yet.
class Wire {
 public:
    explicit Wire(net::Stream stream) : stream_(std::move(stream)) {}
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    net::Task<> write(std::string_view octets) { return stream_.write(octets); }
    // Waits for more octets behind `input`; the end of the stream is thrown as eof.
    net::Task<> read();
    // Waits for the end of the stream, whatever still comes.
    net::Task<> drain();
    std::string_view& input() { return input_; }

    // Octets that came behind the answer to STARTTLS were injected: ProtocolError.
    net::Task<> start_tls(const Security& security);

    // The server has neither closed nor said anything unasked.
    bool is_silent();
    void close() { stream_.close(); }
    std::string tls_version() const { return stream_.tls_version(); }
    // Our end of it, as an address literal (RFC 5321 4.1.3).
    std::string own_address() const;
    // When the last octet came.
    net::Clock::time_point heard() const { return heard_; }

 private:
    net::Task<bool> read_more();

    net::Stream stream_;
    std::string buffer_;
    std::string_view input_;  // into the buffer
    net::Clock::time_point heard_{};
};

}  // namespace postern::remote
