#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace postern::crypto {

enum class Digest : std::uint8_t { md5, sha1, sha256, sha384, sha512 };
std::size_t digest_size(Digest algorithm);

// Of the parts one behind the other, as octets. Throw std::runtime_error when the library has been
// told to do without the algorithm. Who computes them of a secret wipes what comes out.
std::string digest_of(Digest algorithm, std::initializer_list<std::string_view> parts);
std::string hmac_of(Digest algorithm, std::string_view key, std::string_view text);

// SHA-256 as 64 hexadecimal digits in lower case.
std::string sha256_hex(std::string_view octets);

// The same by one of "md5" "sha1" "sha256" "sha512"; nullopt: no such algorithm, or the library
// has been told to do without it.
std::optional<std::string> digest_hex(std::string_view algorithm, std::string_view octets);

}  // namespace postern::crypto
