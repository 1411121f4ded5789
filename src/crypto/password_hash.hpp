#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "crypto/secret.hpp"

namespace postern::crypto {

// What a stored hash may at most ask of us: a hash of another origin cannot make us allocate 8 GiB.
struct HashLimits {
    std::uint32_t memory_kib = 256 * 1024;  // argon2 m
    std::uint32_t passes = 16;              // argon2 t
    std::uint32_t lanes = 16;               // argon2 p; computed on one thread whatever it says
};

enum class HashError : std::uint8_t {
    unknown_scheme,  // "{FOO}...", "$foo$...": a configuration mistake, never "wrong password"
    malformed,       // the scheme is known, the rest is not of its form
    too_expensive,   // over HashLimits
};
const char* to_string(HashError error);

struct PlainText {
    Secret text;
};
// RFC 9106 in PHC form: $argon2id$v=19$m=65536,t=3,p=4$salt$hash
struct Argon2 {
    enum class Variant : std::uint8_t { d, i, id } variant = Variant::id;
    std::uint32_t version = 0x13;
    std::uint32_t memory_kib = 0, passes = 0, lanes = 0;
    std::string salt, hash;
};

// A stored password in one of its forms: plain, {PLAIN}, {CLEAR}, {CLEARTEXT}, argon2 in PHC form
// with or without an {ARGON2}, {ARGON2I} or {ARGON2ID} prefix. Scheme names are case-insensitive.
class PasswordHash {
 public:
    // A text that starts with neither "{" nor "$" is plain text. Pure and cheap, whatever it is fed.
    static boost::system::result<PasswordHash, HashError> parse(std::string_view stored,
                                                                const HashLimits& limits = {});

    // True when `password` is the one. Costs what the hash asks for: call it on the hash pool.
    // Throws std::bad_alloc, or std::runtime_error when argon2 itself fails.
    bool verify(const Secret& password) const;

    // The memory `verify` takes in octets: 0 for a plain text, which needs no pool.
    std::size_t memory_cost() const;

 private:
    explicit PasswordHash(std::variant<PlainText, Argon2> form) : form_(std::move(form)) {}
    std::variant<PlainText, Argon2> form_;
};

// An argon2id hash of `password` in PHC form, with a fresh 16-octet salt and a 32-octet tag.
std::string hash_password(const Secret& password, std::uint32_t memory_kib, std::uint32_t passes,
                          std::uint32_t lanes);

}  // namespace postern::crypto

// Adapts HashError to boost::system::result.
namespace postern::crypto {
[[noreturn]] void throw_exception_from_error(HashError error, const boost::source_location& where);
}
