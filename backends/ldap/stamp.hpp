#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ldap/answer.hpp"

namespace postern::ldap {

// Where an entry stands and a digest of what is another one whenever it has changed
// (`attributes.changed`): "<64 hexadecimal digits> <DN>". Empty: it has none of these attributes.
std::string stamp_of(const Entry& entry, const std::vector<std::string>& attributes);
std::string dn_of_stamp(std::string_view stamp);

}  // namespace postern::ldap
