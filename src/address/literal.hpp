#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::address {

// RFC 5321 4.1.3: "[192.0.2.1]" or "[IPv6:2001:db8::1]" with its brackets, in the one spelling that
// equal addresses share (RFC 5952). nullopt: anything else; octets with leading zeros too, which
// are octal to some readers.
std::optional<std::string> normalize_literal(std::string_view literal);

}  // namespace postern::address
