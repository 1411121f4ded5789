#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::address {

// An A-label, lower-case form of a domain name, or nullopt when IDNA (or RFC 5321) refuses it.
// Names of plain ASCII cost no IDNA; others are mapped as UTS 46 says, non-transitional (IDNA 2008
// for "ß").
std::optional<std::string> normalize_domain(std::string_view domain);

}  // namespace postern::address
