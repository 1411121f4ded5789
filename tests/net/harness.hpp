// What the tests of net share: a loop that runs one coroutine to its end, and connected pairs of
// streams.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <stdexcept>
#include <string>

#include "net/stream.hpp"
#include "net/task.hpp"
#include "net/within.hpp"
#include "support/run_task.hpp"

namespace postern::net {

using namespace std::chrono_literals;
using boost::system::error_code;
using boost::system::system_error;

inline const auto sigpipe_is_ignored = std::signal(SIGPIPE, SIG_IGN);

// Far more than any test takes, sanitizers included: a test that hangs fails instead.
inline constexpr auto patience = 60s;

template <class T>
T run(asio::io_context& io, Task<T> task) {
    return test::run_task(io, std::move(task), patience);
}

template <class T>
T run(Task<T> task) {
    return test::run_task(std::move(task), patience);
}

// What `task` throws; success when it does not.
template <class T>
Task<error_code> error_of(Task<T> task) {
    try {
        (void)co_await std::move(task);
    } catch (const system_error& thrown) {
        co_return thrown.code();
    }
    co_return error_code();
}

template <>
inline Task<error_code> error_of(Task<void> task) {
    try {
        co_await std::move(task);
    } catch (const system_error& thrown) {
        co_return thrown.code();
    }
    co_return error_code();
}

struct SocketPair {
    Socket near, far;
};

inline SocketPair socket_pair(asio::io_context& near, asio::io_context& far) {
    asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor(
        near.get_executor(), {asio::ip::address_v4::loopback(), 0});
    Socket client(far.get_executor());
    client.connect(acceptor.local_endpoint());
    Socket server(near.get_executor());
    acceptor.accept(server);
    server.set_option(asio::ip::tcp::no_delay(true));
    client.set_option(asio::ip::tcp::no_delay(true));
    return {std::move(server), std::move(client)};
}

struct StreamPair {
    Stream server, client;
};

inline StreamPair stream_pair(asio::io_context& io) {
    SocketPair sockets = socket_pair(io, io);
    return {Stream(std::move(sockets.near)), Stream(std::move(sockets.far))};
}

inline Task<std::string> read_until_end(Stream& stream) {
    std::string all;
    std::string piece(20'000, '\0');
    while (const std::size_t count = co_await stream.read_some(asio::buffer(piece)))
        all.append(piece, 0, count);
    co_return all;
}

inline Task<std::string> read_exactly(Stream& stream, std::size_t size) {
    std::string all(size, '\0');
    for (std::size_t have = 0; have < size;) {
        const std::size_t count =
            co_await stream.read_some(asio::buffer(all.data() + have, size - have));
        if (count == 0) throw std::runtime_error("the stream ended early");
        have += count;
    }
    co_return all;
}

inline Task<std::string> read_once(Stream& stream) {
    std::string piece(20'000, '\0');
    piece.resize(co_await stream.read_some(asio::buffer(piece)));
    co_return piece;
}

// Octets in which a lost, doubled or exchanged piece shows.
inline std::string pattern(std::size_t size) {
    std::string octets(size, '\0');
    std::uint32_t state = 2463534242;
    for (char& octet : octets) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        octet = static_cast<char>(state);
    }
    return octets;
}

}  // namespace postern::net
