#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace postern::test {

struct TimedOut : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct Closed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// One TCP connection of a test's client to 127.0.0.1, plain or TLS. Calls block until their
// deadline: TimedOut. Verifies no certificate.
class BlockingWire {
 public:
    using Clock = std::chrono::steady_clock;

    // `receive_buffer` 0: as the system has it.
    BlockingWire(std::uint16_t port, int receive_buffer);
    ~BlockingWire();
    BlockingWire(const BlockingWire&) = delete;
    BlockingWire& operator=(const BlockingWire&) = delete;

    // At least one octet, or 0 when the peer has closed or reset.
    std::size_t read(char* into, std::size_t size, Clock::time_point deadline) const;
    // All of it; throws Closed when the peer is gone.
    void write(std::string_view octets, Clock::time_point deadline) const;
    void handshake(Clock::time_point deadline);
    SSL* ssl() const { return ssl_; }  // nullptr: plain

    void half_close();
    void reset();

 private:
    void wait(short events, Clock::time_point deadline) const;
    std::optional<short> wanted(int result) const;
    ssize_t try_read(char* into, std::size_t size, short& events) const;
    ssize_t try_write(std::string_view octets, short& events) const;

    int fd_ = -1;
    SSL* ssl_ = nullptr;
};

}  // namespace postern::test
