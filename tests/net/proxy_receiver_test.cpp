#include "net/proxy_receiver.hpp"

#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>

#include "net/harness.hpp"
#include "net/proxy_octets.hpp"

namespace postern::net {
namespace {

const std::string line = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 587\r\n";

struct Received {
    std::optional<ProxyHeader> header;
    std::string fault;
    std::string left;  // for who reads next
};

Task<Received> receive(Socket socket, Clock::duration patience) {
    Received received;
    try {
        received.header = co_await receive_proxy_header(socket, Clock::now() + patience);
    } catch (const ProxyError& error) {
        received.fault = error.what();
        co_return received;
    }
    Stream stream(std::move(socket));
    stream.expires_after(10s);
    received.left = co_await read_until_end(stream);
    co_return received;
}

Task<> send(Socket socket, std::vector<std::string> pieces) {
    Stream stream(std::move(socket));
    for (const auto& piece : pieces) {
        co_await stream.write(piece);
        co_await sleep_for(2ms);
    }
    co_await stream.shutdown();
}

Received received(std::vector<std::string> pieces, Clock::duration patience = 10s) {
    asio::io_context io(1);
    auto sockets = socket_pair(io, io);
    asio::co_spawn(io, send(std::move(sockets.far), std::move(pieces)), asio::detached);
    return run(io, receive(std::move(sockets.near), patience));
}

std::vector<std::string> octet_by_octet(const std::string& text) {
    std::vector<std::string> pieces;
    for (const char octet : text)
        pieces.emplace_back(1, octet);
    return pieces;
}

TEST(ProxyReceiver, TakesTheHeaderAndNotAnOctetMore) {
    for (const auto& header : {line, version_2(proxied, tcp4, ipv4_ends)}) {
        for (const auto& pieces :
             {std::vector{header + "hello"}, std::vector{header, "hello"s},
              std::vector{header.substr(0, 14), header.substr(14) + "hel", "lo"s},
              octet_by_octet(header + "hello")}) {
            const auto result = received(pieces);
            ASSERT_TRUE(result.header && result.header->ends) << result.fault;
            EXPECT_EQ(result.header->ends->client.address().to_string(), "192.0.2.1");
            EXPECT_EQ(result.left, "hello");
        }
    }
}

TEST(ProxyReceiver, TakesTheLongestHeaderAndNoLongerOne) {
    const auto rest = ipv4_ends + extension(0x04, std::string(4096 - 16 - 12 - 3, 'x'));
    const auto result = received({version_2(proxied, tcp4, rest), "hello"});
    ASSERT_TRUE(result.header) << result.fault;
    EXPECT_EQ(result.left, "hello");
    EXPECT_EQ(received({version_2(proxied, tcp4, rest + "x")}).fault, "too long");
}

TEST(ProxyReceiver, SaysWhatIsWrong) {
    EXPECT_EQ(received({"EHLO client.example\r\n"}).fault, "no PROXY header");
    EXPECT_EQ(received({line.substr(0, 20)}).fault, "it was cut off");
}

TEST(ProxyReceiver, WhoLeavesWithoutAWordIsNoFault) {
    const auto result = received({});
    EXPECT_FALSE(result.header);
    EXPECT_EQ(result.fault, "");
}

Task<std::string> fault_of_silence(Socket& socket) {
    try {
        co_await receive_proxy_header(socket, Clock::now() + 50ms);
    } catch (const ProxyError& error) {
        co_return error.what();
    }
    co_return "";
}

TEST(ProxyReceiver, DoesNotWaitLongerThanItMay) {
    for (const auto* begun : {"", "PROXY TCP4"}) {
        asio::io_context io(1);
        auto sockets = socket_pair(io, io);
        sockets.far.send(asio::buffer(std::string(begun)));
        EXPECT_EQ(run(io, fault_of_silence(sockets.near)), "it did not come in time");
    }
}

}  // namespace
}  // namespace postern::net
