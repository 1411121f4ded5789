#include "crypto/digest.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>

namespace postern::crypto {

std::string sha256_hex(std::string_view octets) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(octets.data()), octets.size(), digest.data());
    std::string hex;
    for (const auto octet : digest)
        hex += fmt::format("{:02x}", octet);
    return hex;
}

}  // namespace postern::crypto
