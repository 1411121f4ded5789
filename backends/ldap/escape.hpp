#pragma once

#include <string>
#include <string_view>

namespace postern::ldap {

// A value as an assertion value of a filter's text (RFC 4515 section 3). Beyond what the RFC asks
// for, everything outside printable ASCII is escaped: whatever the value, the filter is plain text.
std::string escape_filter_value(std::string_view value);

// A value as an attribute value of a DN's text (RFC 4514 2.4). Spaces at its ends become \20, since
// "\ " at the end of a DN is what careless readers trim. Control characters (C1 and line separators
// too) and octets that are no UTF-8 are escaped likewise: whatever the value, the DN is text.
std::string escape_dn_value(std::string_view value);

}  // namespace postern::ldap
