#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/hash_limits.hpp"

namespace postern::crypto {

// An argon2 hash (RFC 9106) as it is stored. Its cost is within the limits it was parsed with.
struct Argon2 {
    enum class Variant : std::uint8_t { d, i, id } variant = Variant::id;
    std::uint32_t version = 0x13;
    std::uint32_t memory_kib = 0, passes = 0, lanes = 0;
    std::string salt, hash;
};

// "$argon2id$v=19$m=65536,t=3,p=4$<salt>$<hash>", the base64 of both unpadded. Without "v=" it is
// version 16, as the reference implementation has it. Salts of 8 to 64 octets, hashes of 4 to 128;
// keyid= and data= are refused: they name a secret that we do not have.
boost::system::result<Argon2, HashError> parse_argon2(std::string_view phc,
                                                      const HashLimits& limits);
std::string format_argon2(const Argon2& argon2);

// The hash of `password` with the parameters and the salt of `argon2`, as long as its hash is;
// computed on the calling thread alone. Throws std::bad_alloc, or std::runtime_error when argon2
// refuses.
std::string compute_argon2(const Argon2& argon2, std::string_view password);

bool matches(const Argon2& stored, std::string_view password);
HashWork work_of(const Argon2& stored);

}  // namespace postern::crypto
