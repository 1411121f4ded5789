#pragma once

#include <openssl/types.h>

#include <array>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "crypto/secret.hpp"

namespace postern::crypto {

// HMAC-SHA-256 (RFC 2104) with a key that is set once: what is computed often, and of secrets.
// Wipes the key when it goes. Throws std::runtime_error where the library refuses.
class Hmac {
 public:
    static constexpr std::size_t size = 32;
    using Octets = std::array<char, size>;

    explicit Hmac(std::string_view key);

    // Of the parts one behind the other.
    Octets operator()(std::initializer_list<std::string_view> parts) const;

 private:
    struct Free {
        void operator()(EVP_MAC_CTX* context) const;
    };
    std::unique_ptr<EVP_MAC_CTX, Free> keyed_;
};

}  // namespace postern::crypto
