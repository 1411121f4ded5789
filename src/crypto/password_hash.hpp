#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "crypto/argon2.hpp"
#include "crypto/hash_limits.hpp"
#include "crypto/secret.hpp"

namespace postern::crypto {

struct PlainText {
    Secret text;
};

// A stored password in one of its forms: plain, {PLAIN}, {CLEAR}, {CLEARTEXT}, argon2 in PHC form
// with or without an {ARGON2}, {ARGON2I} or {ARGON2ID} prefix. Scheme names are case-insensitive.
class PasswordHash {
 public:
    // A text that starts with neither "{" nor "$" is plain text. Pure and cheap, whatever it is
    // fed.
    static boost::system::result<PasswordHash, HashError> parse(std::string_view stored,
                                                                const HashLimits& limits = {});

    // True when `password` is the one; an empty one never is, whatever is stored. Costs what the
    // hash asks for: call it on the hash pool. Throws std::bad_alloc, or std::runtime_error when
    // argon2 itself fails.
    bool verify(const Secret& password) const;

    // The memory `verify` takes in octets: 0 for a plain text, which needs no pool.
    std::size_t memory_cost() const;

 private:
    explicit PasswordHash(std::variant<PlainText, Argon2> form) : form_(std::move(form)) {}
    std::variant<PlainText, Argon2> form_;
};

// An argon2id hash of `password` in PHC form, with a fresh 16-octet salt and a 32-octet tag. Throws
// std::runtime_error for parameters that argon2 does not take (fewer than 8 KiB for each lane).
std::string hash_password(const Secret& password, std::uint32_t memory_kib, std::uint32_t passes,
                          std::uint32_t lanes);

}  // namespace postern::crypto
