#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/hash_limits.hpp"
#include "crypto/password_scheme.hpp"
#include "crypto/secret.hpp"

namespace postern::crypto {

// What a new hash costs; argon2id. RFC 9106 4: the second recommended choice, on one lane.
struct HashCost {
    std::uint32_t memory_kib = 64 * 1024;
    std::uint32_t passes = 3;
    std::uint32_t lanes = 1;

    friend bool operator==(const HashCost&, const HashCost&) = default;
};

// A stored password in one of the forms of the table in password_scheme.cpp, which
// docs/password-hashes.md explains.
class PasswordHash {
 public:
    // A text that begins with "{" or "$" is a hash, known or not. So is one that begins with the
    // exact name of an algorithm and "$" and has exactly as many "$" as such a hash has
    // ("pbkdf2_sha256$260000$salt$hash"), and one of BSDi's DES ("_" and 19 letters of its
    // alphabet). Everything else is plain text; {PLAIN} stands before one that could be mistaken.
    // Pure and cheap, whatever it is fed.
    static boost::system::result<PasswordHash, HashError> parse(std::string_view stored,
                                                                const HashLimits& limits = {});

    // True when `password` is the one; an empty one never is, whatever is stored. Costs what the
    // hash asks for: call it on the hash pool. Throws std::bad_alloc, or std::runtime_error when
    // the library that computes it refuses.
    bool verify(const Secret& password) const;

    // Everything but a plain text: `verify` is work, and belongs on the hash pool.
    bool needs_pool() const { return !std::holds_alternative<PlainText>(form_); }
    // The memory `verify` takes in octets.
    std::size_t memory_cost() const { return work().memory; }
    HashWork work() const;

    // It is no argon2id, or costs less memory or fewer passes than `wanted`: whoever can write
    // stores another one when the password is at hand. Lanes are no strength and do not count.
    bool is_outdated(const HashCost& wanted) const;

    // For SCRAM without the password; nullptr: it is stored in another form.
    const ScramVerifier* scram() const { return std::get_if<ScramVerifier>(&form_); }

 private:
    explicit PasswordHash(StoredForm form) : form_(std::move(form)) {}
    StoredForm form_;
};

// An argon2id hash of `password` in PHC form, with a fresh 16-octet salt and a 32-octet tag. Throws
// std::runtime_error for parameters that argon2 does not take (fewer than 8 KiB for each lane).
std::string hash_password(const Secret& password, const HashCost& cost = {});

}  // namespace postern::crypto
