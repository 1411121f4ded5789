#pragma once

#include <string_view>

namespace postern::ldap {

// RFC 4512 1.4 oid: a short name ("mail", "caseIgnoreMatch") or a dotted number.
bool is_oid(std::string_view text);

// RFC 4512 2.5: an oid with options behind it, "userCertificate;binary".
bool is_attribute_description(std::string_view text);

}  // namespace postern::ldap
