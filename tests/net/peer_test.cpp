#include "net/peer.hpp"

#include <gtest/gtest.h>

namespace postern::net {
namespace {

asio::ip::address address(const char* text) {
    return asio::ip::make_address(text);
}

TEST(Peer, AnIpv4ClientOfAnIpv6SocketIsAnIpv4Client) {
    const std::pair<const char*, const char*> cases[] = {
        {"::ffff:192.0.2.1", "192.0.2.1"}, {"192.0.2.1", "192.0.2.1"},
        {"2001:db8::1", "2001:db8::1"},    {"::1", "::1"},
        {"fe80::1%1", "fe80::1"},
    };
    for (const auto& [seen, meant] : cases) {
        const auto peer = normal_form({address(seen), 25});
        EXPECT_EQ(peer.address().to_string(), meant);
        EXPECT_EQ(peer.port(), 25);
    }
}

TEST(Peer, ANetworkIsOneIpv4AddressOrA64OfIpv6) {
    const std::pair<const char*, const char*> cases[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"2001:db8:1:2::", "2001:db8:1:2::/64"},
        {"::1", "::/64"},
    };
    for (const auto& [client, network] : cases)
        EXPECT_EQ(client_network(address(client)), network);
}

}  // namespace
}  // namespace postern::net
