#include "remote/wire.hpp"

#include <fmt/format.h>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace postern::remote {

namespace asio = net::asio;

net::Task<> Wire::read() {
    if (!co_await read_more()) throw boost::system::system_error(asio::error::eof);
}

net::Task<> Wire::drain() {
    do
        input_ = {};
    while (co_await read_more());
}

// False: the end of the stream.
net::Task<bool> Wire::read_more() {
    constexpr std::size_t most = 4096;
    std::string next(input_);
    const auto kept = next.size();
    next.resize(kept + most);
    buffer_ = std::move(next);
    input_ = std::string_view(buffer_).substr(0, kept);
    const auto got = co_await stream_.read_some(asio::buffer(buffer_.data() + kept, most));
    if (got > 0) heard_ = net::Clock::now();
    input_ = std::string_view(buffer_).substr(0, kept + got);
    co_return got > 0;
}

net::Task<> Wire::start_tls(const Security& security) {
    if (!input_.empty()) throw ProtocolError("octets before the TLS handshake");
    co_await stream_.connect_tls(security.tls, security.name);
}

std::string Wire::own_address() const {
    const auto ip = stream_.local().address();
    if (ip.is_v4()) return fmt::format("[{}]", ip.to_string());
    auto without_zone = ip.to_v6();
    without_zone.scope_id(0);
    return fmt::format("[IPv6:{}]", without_zone.to_string());
}

bool Wire::is_silent() {
    return input_.empty() && stream_.is_open() &&
           stream_.look_ahead() == net::Stream::Ahead::nothing;
}

}  // namespace postern::remote
