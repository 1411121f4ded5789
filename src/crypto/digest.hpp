#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::crypto {

// SHA-256 as 64 hexadecimal digits in lower case.
std::string sha256_hex(std::string_view octets);

// The same by one of "md5" "sha1" "sha256" "sha512"; nullopt: no such algorithm, or the library
// has been told to do without it.
std::optional<std::string> digest_hex(std::string_view algorithm, std::string_view octets);

}  // namespace postern::crypto
