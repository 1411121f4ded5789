#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace postern::test {

// Stands before a real server and does to its answers what networks and dying servers do.
class FaultProxy {
 public:
    enum class Fault : std::uint8_t {
        none,
        slow,      // each answer comes later
        closes,    // behind each answer the connection is closed
        garbage,   // octets of no meaning instead of answers
        cuts,      // half of each answer, and the connection is closed
        swallows,  // no answer at all, and nobody hears that
    };

    explicit FaultProxy(std::uint16_t server);
    ~FaultProxy();

    std::uint16_t port() const { return port_; }
    // For what is answered from now on, on old connections too.
    void set(Fault fault) { fault_ = fault; }
    void set_delay(std::chrono::milliseconds delay) { delay_ = delay; }

 private:
    class Relay;
    void accept();

    std::atomic<Fault> fault_{Fault::none};
    std::atomic<std::chrono::milliseconds> delay_{std::chrono::seconds(2)};
    boost::asio::io_context io_{1};
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ip::tcp::endpoint server_;
    std::uint16_t port_;
    std::thread thread_;
};

}  // namespace postern::test
