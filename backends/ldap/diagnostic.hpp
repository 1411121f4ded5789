#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::ldap {

// What servers hide in the words beside a result code. Each form is matched from the first octet to
// the last: words that only contain it may be a user's.

// Active Directory's and Samba's "data 52e" of
// "80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data 52e, v4563".
std::optional<std::uint32_t> active_directory_code(std::string_view diagnostic);

// eDirectory's -669 of "NDS error: failed authentication (-669)".
std::optional<std::int32_t> nds_code(std::string_view diagnostic);

// The words as they may stand in a log: at most 200 octets of printable ASCII, others as "?".
std::string presentable(std::string_view diagnostic);

}  // namespace postern::ldap
