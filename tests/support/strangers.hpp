#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "net/task.hpp"
#include "net/tls_context.hpp"

namespace postern::test {

// Sessions that come to 127.0.0.1 at a steady pace, whatever becomes of those before them: each
// from a network of its own, to log in as somebody whom nobody has heard of. On a thread of their
// own.
class Strangers {
 public:
    // Their logins begin with `name`.
    Strangers(std::uint16_t port, std::string name, net::Clock::duration between);
    ~Strangers();
    Strangers(const Strangers&) = delete;
    Strangers& operator=(const Strangers&) = delete;

    struct Heard {
        std::size_t came = 0;
        std::map<int, std::size_t> replies;  // to AUTH, by their codes
        std::size_t broken = 0;              // connections that ended before that, or took a minute
    };
    // No more come; those who are there are waited for.
    Heard stop();

 private:
    void pour_in();
    net::Task<> come(std::size_t number);
    net::Task<int> converse(std::size_t number);

    const std::uint16_t port_;
    const std::string name_;
    const net::Clock::duration between_;
    const std::shared_ptr<const net::TlsContext> tls_ =
        net::TlsContext::client({.allow_invalid_certs = true});
    net::asio::io_context io_{1};
    std::atomic<bool> stopping_{false};
    Heard heard_;  // of the thread, until it is joined
    std::thread thread_;
};

}  // namespace postern::test
