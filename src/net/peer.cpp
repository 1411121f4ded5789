#include "net/peer.hpp"

#include <algorithm>

namespace postern::net {

asio::ip::tcp::endpoint normal_form(const asio::ip::tcp::endpoint& endpoint) {
    if (!endpoint.address().is_v6()) return endpoint;
    auto address = endpoint.address().to_v6();
    address.scope_id(0);
    if (!address.is_v4_mapped()) return {address, endpoint.port()};
    return {asio::ip::make_address_v4(asio::ip::v4_mapped, address), endpoint.port()};
}

std::string client_network(const asio::ip::address& address) {
    if (address.is_v4()) return address.to_string();
    auto octets = address.to_v6().to_bytes();
    std::fill(octets.begin() + 8, octets.end(), 0);
    return asio::ip::address_v6(octets).to_string() + "/64";
}

}  // namespace postern::net
