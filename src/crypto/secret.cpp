#include "crypto/secret.hpp"

#include <openssl/crypto.h>

#include <utility>

namespace postern::crypto {

Secret Secret::take(std::string& octets) {
    Secret secret(octets);
    wipe(octets);
    return secret;
}

// A moved-from string may keep its octets in place (short strings do), so they are copied and
// wiped.
Secret::Secret(Secret&& other) noexcept : octets_(std::move(other.octets_)) {
    wipe(other.octets_);
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe(octets_);
        octets_ = std::move(other.octets_);
        wipe(other.octets_);
    }
    return *this;
}

Secret::~Secret() {
    wipe(octets_);
}

void wipe(std::string& octets) {
    octets.resize(octets.capacity());
    wipe(std::span(octets));
    octets.clear();
}

void wipe(std::span<char> octets) {
    OPENSSL_cleanse(octets.data(), octets.size());
}

bool constant_time_equal(std::string_view left, std::string_view right) {
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace postern::crypto
