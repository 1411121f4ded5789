#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::net {

// "mx1.internal:25", "[::1]:25", "127.0.0.1:25". Port 0 is a listener's way to ask for a free one.
struct HostPort {
    std::string host;  // an IPv6 address without its brackets
    std::uint16_t port = 0;
    std::string text() const;
};
// `default_port` 0: a port must be there. nullopt: not of that form.
std::optional<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port = 0);

}  // namespace postern::net
