#pragma once

#include <boost/assert/source_location.hpp>
#include <cstdint>

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

// Adapts HashError to boost::system::result.
[[noreturn]] void throw_exception_from_error(HashError error, const boost::source_location& where);

}  // namespace postern::crypto
