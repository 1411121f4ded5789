#pragma once

#include <string_view>

namespace postern::sasl {

// What every mechanism demands of what a client claims: not empty, valid UTF-8, no NUL (RFC 4616
// section 2), and no longer than a directory could be asked about.
bool is_identity(std::string_view octets);  // at most 512 octets
bool is_password(std::string_view octets);  // at most 4096 octets: an access token may be one

}  // namespace postern::sasl
