// IP addresses and networks as texts. A v4-mapped IPv6 address counts as its IPv4 address.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::expr {

struct IpAddress {
    bool is_v4 = false;
    std::array<std::uint8_t, 16> octets{};  // an IPv4 address has the first four

    static std::optional<IpAddress> parse(std::string_view text);
    // "4.3.2.1.in-addr.arpa", "... .ip6.arpa".
    std::string reverse_name() const;
};

struct IpNetwork {
    IpAddress address;
    unsigned bits = 0;

    // "10.0.0.0/8", "2001:db8::/32", or one address; bits behind the prefix are ignored.
    static std::optional<IpNetwork> parse(std::string_view text);
    bool contains(const IpAddress& other) const;
};

}  // namespace postern::expr
