#include "crypto/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <span>

namespace postern::crypto {
namespace {

constexpr std::array<std::string_view, 4> algorithms{"md5", "sha1", "sha256", "sha512"};

std::string hexadecimal(std::span<const unsigned char> octets) {
    std::string hex;
    for (const auto octet : octets)
        hex += fmt::format("{:02x}", octet);
    return hex;
}

}  // namespace

std::string sha256_hex(std::string_view octets) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(octets.data()), octets.size(), digest.data());
    return hexadecimal(digest);
}

std::optional<std::string> digest_hex(std::string_view algorithm, std::string_view octets) {
    if (std::find(algorithms.begin(), algorithms.end(), algorithm) == algorithms.end())
        return std::nullopt;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    std::size_t size = 0;
    if (EVP_Q_digest(nullptr, std::string(algorithm).c_str(), nullptr, octets.data(), octets.size(),
                     digest.data(), &size) != 1)
        return std::nullopt;
    return hexadecimal(std::span(digest).first(size));
}

}  // namespace postern::crypto
