#pragma once

#include <cstddef>
#include <string_view>

namespace postern::smtp {

// The octets of the well-formed UTF-8 character (RFC 3629) that `text` starts with, 1 to 4; 0:
// none.
std::size_t utf8_character(std::string_view text);

// Whether all of it is well-formed.
bool is_utf8(std::string_view text);

}  // namespace postern::smtp
