#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/host_port.hpp"

namespace postern::ldap {

// One server: "ldap://ldap.internal", "ldaps://ldap.internal:636", "ldapi:///run/slapd/ldapi".
struct ServerAddress {
    enum class Scheme : std::uint8_t { ldap, ldaps, ldapi };
    Scheme scheme = Scheme::ldap;
    net::HostPort host_port;  // ldap: 389 and ldaps: 636 unless written out
    std::string path;         // of the socket, for ldapi

    // As a URL.
    std::string text() const;
    friend bool operator==(const ServerAddress& left, const ServerAddress& right) {
        return left.text() == right.text();
    }
};

// nullopt: no such URL. RFC 4516 has more parts (a DN, a filter, ...); here they are settings of
// their own, so a URL that has them is none.
std::optional<ServerAddress> parse_server_address(std::string_view url);

}  // namespace postern::ldap
