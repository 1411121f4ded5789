#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::address {

// An A-label, lower-case form of a domain name, or nullopt when IDNA (or RFC 5321) refuses it.
// Names of plain ASCII cost no IDNA; others are mapped as UTS 46 says, non-transitional (IDNA 2008
// for "ß").
std::optional<std::string> normalize_domain(std::string_view domain);

// Whether `typed` is a spelling of the name whose normal form is `normal`: normalize_domain(typed)
// == normal, but without IDNA where `typed` is plain ASCII. Never true of an address literal.
bool is_spelling_of(std::string_view typed, std::string_view normal);

}  // namespace postern::address
