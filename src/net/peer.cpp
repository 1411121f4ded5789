#include "net/peer.hpp"

#include <algorithm>

namespace postern::net {

asio::ip::tcp::endpoint unmapped(const asio::ip::tcp::endpoint& endpoint) {
    const auto address = endpoint.address();
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return endpoint;
    return {asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()), endpoint.port()};
}

std::string client_network(const asio::ip::address& address) {
    if (address.is_v4()) return address.to_string();
    auto octets = address.to_v6().to_bytes();
    std::fill(octets.begin() + 8, octets.end(), 0);
    return asio::ip::address_v6(octets).to_string() + "/64";
}

}  // namespace postern::net
