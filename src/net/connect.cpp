#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

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

}  // namespace

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
