#pragma once

#include <string>
#include <string_view>

namespace postern::ldap {

// A value as an assertion value of a filter's text (RFC 4515 section 3). Beyond what the RFC asks
// for, everything outside printable ASCII is escaped: whatever the value, the filter is plain text.
std::string escape_filter_value(std::string_view value);

// A value as an attribute value of a DN's text (RFC 4514 2.4). Spaces at its ends become \20, since
// "\ " at the end of a DN is what careless readers trim; so do, in hexadecimal, control characters
// and octets that are no UTF-8.
std::string escape_dn_value(std::string_view value);

}  // namespace postern::ldap
