#include "ldap/connection.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "ldap/diagnostic.hpp"
#include "ldap/result_code.hpp"
#include "ldap/verdict.hpp"

namespace postern::ldap {

namespace asio = net::asio;

net::Task<std::unique_ptr<Connection>> Connection::open(Transport transport,
                                                        std::vector<net::Endpoint> endpoints) {
    using Scheme = ServerAddress::Scheme;
    const bool local = transport.address.scheme == Scheme::ldapi;
    auto stream = local ? co_await net::connect_unix(transport.address.path)
                        : co_await net::connect(endpoints, net::Clock::now() + transport.patience);
    std::unique_ptr<Connection> connection(new Connection(std::move(stream)));
    if (transport.address.scheme == Scheme::ldaps)
        co_await connection->stream_.connect_tls(transport.tls, transport.tls_name);
    else if (transport.start_tls && !local)
        co_await connection->start_tls(transport);
    co_return connection;
}

net::Task<> Connection::start_tls(const Transport& transport) {
    const auto message = co_await exchange(codec_.start_tls());
    if (message.answer.code != 0)
        throw Refused(fmt::format("StartTLS is refused: {} {}", name_of(message.answer.code),
                                  presentable(message.answer.diagnostic)));
    if (codec_.has_unread()) throw ProtocolError("octets behind the answer to StartTLS");
    co_await stream_.connect_tls(transport.tls, transport.tls_name);
}

net::Task<Message> Connection::search(const Search& search) {
    return exchange(codec_.search(search));
}

net::Task<Message> Connection::bind(std::string dn, const crypto::Secret& password) {
    return exchange(codec_.bind(dn, password));
}

net::Task<Message> Connection::bind_external() {
    return exchange(codec_.bind_external());
}

net::Task<Message> Connection::who_am_i() {
    return exchange(codec_.who_am_i());
}

net::Task<Message> Connection::exchange(int id) {
    owes_ = true;
    auto octets = codec_.take_output();
    const crypto::WipeAtEnd wipe(octets);
    co_await stream_.write(octets);
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        while (auto message = codec_.next()) {
            if (message->id != id) continue;  // of a request that was given up
            owes_ = false;
            co_return *std::move(message);
        }
        const auto got = co_await stream_.read_some(asio::buffer(buffer));
        if (got == 0) throw boost::system::system_error(asio::error::eof);
        heard_ = net::Clock::now();
        codec_.feed({buffer.data(), got});
    }
}

bool Connection::is_fit() {
    return !owes_ && stream_.is_open() && !codec_.has_unread() &&
           stream_.look_ahead() == net::Stream::Ahead::nothing;
}

}  // namespace postern::ldap
