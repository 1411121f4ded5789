#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::address {

// An A-label, lower-case form of a domain name, or nullopt when IDNA (or RFC 5321) refuses it.
// Names of plain ASCII cost no IDNA; of others only those are good that UTS 46 (non-transitional)
// and IDNA 2008 read alike: case and composition may differ from the normal form, nothing else.
std::optional<std::string> normalize_domain(std::string_view domain);

// Whether `typed` is a spelling of the name whose normal form is `normal`: normalize_domain(typed)
// == normal, but without IDNA where `typed` is plain ASCII. Never true of an address literal.
bool is_spelling_of(std::string_view typed, std::string_view normal);

}  // namespace postern::address
