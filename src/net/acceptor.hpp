#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>
#include <string>

#include "net/stream.hpp"
#include "net/task.hpp"

namespace postern::net {

// A listening socket. "[::]:587" takes IPv4 too; port 0 takes any free one. SO_REUSEPORT lets a second process
// take over the port. Used on the thread of its io_context.
class Acceptor {
 public:
    // Throws std::runtime_error with the address and the reason: it does not parse, is in use, is not ours.
    Acceptor(asio::io_context& io, const std::string& address);

    Endpoint endpoint() const { return endpoint_; }

    // The next connection, its socket bound to `there`, the io_context of the thread that will serve it. An error is one
    // of the system's (no file descriptors, no memory): pause, and go on. Cancellation throws.
    Task<boost::system::result<Socket>> accept(asio::io_context& there);

 private:
    asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor_;
    Endpoint endpoint_;
};

}  // namespace postern::net
