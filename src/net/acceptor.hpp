#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "net/inherited_sockets.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"

namespace postern::net {

// A listening socket, and the loop that deals its connections out to the workers. Lives on the
// background io_context and is touched by its thread only; a connection's socket belongs to its
// worker's io_context from the start.
class Acceptor {
 public:
    // Where a connection goes: `serve` is called on the thread of `io`.
    struct Destination {
        asio::io_context* io;
        std::function<void(Socket)> serve;
    };
    // Asked once for each connection, when it is there. Must not throw.
    using Choose = std::function<Destination()>;
    // Told of each failed accept (EMFILE, ENFILE, ENOBUFS, ECONNABORTED, ...). Must not throw.
    using Complain = std::function<void(const boost::system::error_code&)>;

    // Listens on "0.0.0.0:25", "[::1]:587", "127.0.0.1:0" (a free port) or "[::]:587", which takes
    // IPv4 as well, and stands for "0.0.0.0:587" on a machine without IPv6. SO_REUSEPORT lets a
    // second process of the same user listen beside us and take over. An inherited socket that is
    // bound there is used as it is. Throws std::runtime_error with the address and the reason.
    Acceptor(asio::io_context& background, std::string_view address,
             const InheritedSockets& inherited = {}, int backlog = 1024);

    // The address that is really bound.
    const Endpoint& endpoint() const { return endpoint_; }

    // Accepts until `stop` or cancelled. After a failed accept it waits 100 ms and goes on: the
    // cause (no descriptors, no memory) does not go by trying harder.
    Task<> accept_loop(Choose choose, Complain complain);

    // Ends the loop: hands over what the kernel has already accepted for us, which closing would
    // reset, and closes. Of an inherited socket the queue is left to whoever comes next. From the
    // background thread.
    void stop();

 private:
    using Listener = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

    void open(Endpoint endpoint, int backlog);
    void adopt(const Endpoint& endpoint, int descriptor);
    boost::system::error_code accept_waiting(std::size_t at_most);

    Listener listener_;
    Endpoint endpoint_;
    bool is_inherited_ = false;
    Choose choose_;
};

}  // namespace postern::net
