#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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
    // In answers, for servers that can do what a test wants them not to offer. Before the first
    // connection.
    void replace(std::string what, std::string by) { replaced_[std::move(what)] = std::move(by); }

    std::size_t connections() const { return connections_; }
    // Something was answered, and nothing any more for so long.
    bool quiet_for(std::chrono::milliseconds time) const {
        const auto answered = answered_.load();
        const bool never = answered == std::chrono::steady_clock::time_point();
        return !never && std::chrono::steady_clock::now() - answered > time;
    }
    // The most that were open at a time; one counts until the server closes it.
    std::size_t most_open() const { return most_open_; }
    // Of each connection: how often the server was told something and answered.
    std::vector<std::size_t> round_trips() const;

 private:
    class Relay;
    void accept();

    std::atomic<Fault> fault_{Fault::none};
    std::atomic<std::chrono::milliseconds> delay_{std::chrono::seconds(2)};
    boost::asio::io_context io_{1};
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ip::tcp::endpoint server_;
    std::uint16_t port_;
    std::map<std::string, std::string> replaced_;
    std::atomic<std::chrono::steady_clock::time_point> answered_{};
    std::atomic<std::size_t> connections_{0}, open_{0}, most_open_{0};
    mutable std::mutex mutex_;
    std::vector<std::size_t> round_trips_;
    std::thread thread_;
};

}  // namespace postern::test
