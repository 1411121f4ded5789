#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "net/stream.hpp"

namespace postern::net {

// What a balancer says in front of a connection's octets of the client it stands for: the PROXY
// protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt).

struct ProxyTls {
    std::string version, cipher;  // "TLSv1.3"; empty where it was not told or is no word
};

struct ProxyHeader {
    struct Ends {
        Endpoint client, server;  // normal form
    };
    // nullopt: the balancer speaks for itself (LOCAL), or cannot say for whom (UNKNOWN, UNSPEC).
    std::optional<Ends> ends;
    std::optional<ProxyTls> tls;  // that ended at the balancer
    std::size_t size = 0;         // octets of the header
    asio::ip::address sender{};   // the balancer; what is parsed does not tell
};

struct ProxyFault {
    std::string_view why;
};
// So far it is a header, and all of it belongs to one.
struct ProxyUnfinished {};
using ProxyVerdict = std::variant<ProxyFault, ProxyUnfinished, ProxyHeader>;

// 2.1: the longest of version 1. Of version 2 the document wants 536 at least; the rest is for what
// certificates and clouds put into it.
inline constexpr std::size_t longest_proxy_v1 = 107;
inline constexpr std::size_t longest_proxy_v2 = 4096;

// Pure. `octets` may hold more than the header.
ProxyVerdict parse_proxy_header(std::string_view octets);

}  // namespace postern::net
