#pragma once

#include <string>
#include <string_view>

namespace postern::crypto {

// SHA-256 as 64 hexadecimal digits in lower case.
std::string sha256_hex(std::string_view octets);

}  // namespace postern::crypto
