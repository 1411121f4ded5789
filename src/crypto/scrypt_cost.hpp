#pragma once

#include <cstdint>

#include "crypto/hash_limits.hpp"

namespace postern::crypto {

// The parameters of scrypt (RFC 7914) and yescrypt. They arrive as somebody wrote them: everything
// here bears any value.
struct ScryptCost {
    std::uint32_t log2_n = 0;  // N as a power of two
    std::uint32_t r = 0, p = 0;
    std::uint32_t t = 0;  // yescrypt's further passes

    // RFC 7914 2: N > 1, r * p < 2^30.
    bool is_valid() const;
    bool is_within(const HashLimits& limits) const;
    // Of what is within any limits.
    HashWork work() const;
};

}  // namespace postern::crypto
