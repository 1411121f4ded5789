#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::smtp {

// RFC 3461 section 4: printable ASCII but "+" and "=", or "+" and two upper-case hexadecimal
// digits. nullopt: anything else.
std::optional<std::string> decode_xtext(std::string_view text);

}  // namespace postern::smtp
