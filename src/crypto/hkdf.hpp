#pragma once

#include <initializer_list>
#include <string_view>

#include "crypto/hmac.hpp"
#include "crypto/secret.hpp"

namespace postern::crypto {

// HKDF with SHA-256 (RFC 5869): any number of keys from one, none of which tells another.
class Hkdf {
 public:
    explicit Hkdf(std::string_view key, std::string_view salt = {});

    // The key for this purpose (the parts one behind the other); at most 255 * 32 octets, else
    // std::invalid_argument.
    Secret expand(std::initializer_list<std::string_view> purpose, std::size_t size) const;

 private:
    Hmac pseudorandom_;
};

}  // namespace postern::crypto
