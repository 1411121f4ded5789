#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "app/generation.hpp"
#include "net/task.hpp"

namespace postern::app {

// The management socket: a Unix socket that only our own user can open (0600). One request a
// connection, a line of JSON, and one answer:
//   {"command": "cache flush", "login": "jane", "directory": "people"}  both may be missing
//   {"command": "cache stats"}
//   {"command": "limits show"}
//   {"command": "limits clear", "network": "192.0.2.1", "login": "jane"}  without both: all
// It is there from the start until its owner goes, and who is connected then is cut. A process that
// takes over puts its own in its place; should that one go first, this one's comes back.
class Control {
 public:
    using Current = std::function<std::shared_ptr<const Generation>()>;

    // Throws std::runtime_error when there can be no socket at `path`.
    Control(net::asio::io_context& io, std::string path, Current current);
    ~Control();
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

    // Until cancelled. Throws std::runtime_error when the socket has gone and cannot come back.
    net::Task<> serve();

 private:
    using Protocol = net::asio::local::stream_protocol;
    using Socket = net::asio::basic_stream_socket<Protocol, net::Executor>;
    using Open = std::set<Socket*>;
    void open();
    net::Task<> accept();
    net::Task<> watch();
    static net::Task<> converse(std::shared_ptr<Open> open, std::shared_ptr<Socket> socket,
                                Current current);

    std::string path_;
    Current current_;
    std::shared_ptr<Open> open_ = std::make_shared<Open>();  // whoever is being answered
    net::asio::basic_socket_acceptor<Protocol, net::Executor> acceptor_;
    std::uint64_t inode_ = 0;  // ours, not one that has taken its place
};

}  // namespace postern::app
