#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "net/task.hpp"

namespace postern::net {

// An IPv4 peer of a socket that takes both (::ffff:192.0.2.1) is an IPv4 peer, and the scope of a
// link-local address (fe80::1%eth0) is our machine's affair.
asio::ip::tcp::endpoint normal_form(const asio::ip::tcp::endpoint& endpoint);

// A client's network as limits and queues count it: an IPv4 address, or the /64 of an IPv6 one,
// which is the least that a customer has.
std::string client_network(const asio::ip::address& address);

}  // namespace postern::net
