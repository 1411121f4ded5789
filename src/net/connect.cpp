#include <sys/socket.h>
#include <sys/un.h>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>
#include <optional>

#include "net/stream.hpp"
#include "net/within.hpp"

namespace postern::net {
namespace {

using boost::system::error_code;
using boost::system::system_error;

// within() wants to make one before it knows the result.
struct Connected {
    std::optional<Stream> stream;
};

Task<Connected> connect_one(Endpoint endpoint) {
    Socket socket(co_await this_executor(), endpoint.protocol());
    socket.set_option(asio::ip::tcp::no_delay(true));
    co_await socket.async_connect(endpoint, use_task);
    // An ephemeral port of the loopback can be connected to itself (simultaneous open).
    if (socket.local_endpoint() == socket.remote_endpoint())
        throw system_error(asio::error::connection_refused);
    co_return Connected{Stream(std::move(socket))};
}

// A connect to a local socket does not wait: it succeeds, or the server's queue is full.
Socket connect_local(const std::string& path, Executor executor) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) throw system_error(asio::error::name_too_long);
    path.copy(address.sun_path, path.size());
    Socket socket(executor);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) throw system_error(error_code(errno, boost::system::system_category()));
    socket.assign(asio::ip::tcp::v4(), descriptor);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        throw system_error(error_code(errno, boost::system::system_category()));
    return socket;
}

}  // namespace

Task<Stream> connect_unix(std::string path) {
    co_return Stream(connect_local(path, co_await this_executor()));
}

Task<Stream> connect(const std::vector<Endpoint>& endpoints, Deadline deadline) {
    error_code last = asio::error::host_not_found;
    for (std::size_t tried = 0; tried < endpoints.size(); ++tried) {
        const Deadline now = Clock::now();
        const auto left = static_cast<Clock::rep>(endpoints.size() - tried);
        const Deadline share =
            deadline == Deadline::max() ? deadline : now + (deadline - now) / left;
        try {
            Connected connected = co_await within(share, connect_one(endpoints[tried]));
            co_return std::move(*connected.stream);
        } catch (const system_error& failed) {
            last = failed.code();
        }
        // A cancelled connect is no reason to try the next one.
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) break;
    }
    throw system_error(last);
}

}  // namespace postern::net
