#include "net/acceptor.hpp"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <stdexcept>

#include "net/resolver.hpp"

namespace postern::net {

namespace {

using asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

Endpoint endpoint_of(const std::string& address) {
    const auto parts = parse_host_port(address);
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(parts ? parts->host : "", error);
    if (!parts || error)
        throw std::runtime_error("cannot listen at " + address + ": not an IP address with a port");
    return {ip, parts->port};
}

}  // namespace

Acceptor::Acceptor(asio::io_context& io, const std::string& address) : acceptor_(io) {
    const auto wanted = endpoint_of(address);
    try {
        acceptor_.open(wanted.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.set_option(ReusePort(true));
        if (wanted.address().is_v6() && wanted.address().is_unspecified())
            acceptor_.set_option(asio::ip::v6_only(false));
        acceptor_.bind(wanted);
        acceptor_.listen(asio::socket_base::max_listen_connections);
        endpoint_ = acceptor_.local_endpoint();
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error("cannot listen at " + address + ": " + error.code().message());
    }
}

Task<boost::system::result<Socket>> Acceptor::accept(asio::io_context& there) {
    Socket socket(there);
    const auto [error] = co_await acceptor_.async_accept(socket, asio::as_tuple(use_task));
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    if (error) co_return error;
    boost::system::error_code gone_already;
    socket.set_option(tcp::no_delay(true), gone_already);
    co_return std::move(socket);
}

}  // namespace postern::net
