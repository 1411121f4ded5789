#pragma once

#include <string>
#include <string_view>

namespace postern::crypto {

// Two hexadecimal digits in lower case for each octet.
std::string hex(std::string_view octets);

}  // namespace postern::crypto
