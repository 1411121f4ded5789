#pragma once

#include <boost/assert/source_location.hpp>
#include <cstddef>
#include <cstdint>

namespace postern::crypto {

// What a stored hash may at most ask of us: a hash of another origin cannot make us allocate 8 GiB
// or compute for an hour. Each is judged before anything is allocated or computed.
struct HashLimits {
    std::uint32_t memory_kib = 256 * 1024;  // argon2 m; what scrypt and yescrypt take in all
    std::uint32_t passes = 16;              // argon2 t; how often scrypt and yescrypt go over it
    std::uint32_t lanes = 16;               // argon2 p; computed on one thread whatever it says
    std::uint32_t iterations = 2'000'000;   // PBKDF2, SCRAM, the rounds of SHA-crypt and kin
    std::uint32_t bcrypt_cost = 14;         // 2^cost rounds: about a second
    bool allow_weak = false;                // schemes that are no protection: HashError::weak

    friend bool operator==(const HashLimits&, const HashLimits&) = default;
};

// What checking a stored form takes.
struct HashWork {
    std::size_t memory = 0;          // octets
    std::uint64_t microseconds = 0;  // a rough guess, to compare one with another
};

enum class HashError : std::uint8_t {
    unknown_scheme,  // "{FOO}...", "$foo$...": a configuration mistake, never "wrong password"
    malformed,       // the scheme is known, the rest is not of its form
    too_expensive,   // over HashLimits
    weak,            // a scheme that wants HashLimits::allow_weak
};
const char* to_string(HashError error);

// Adapts HashError to boost::system::result.
[[noreturn]] void throw_exception_from_error(HashError error, const boost::source_location& where);

}  // namespace postern::crypto
