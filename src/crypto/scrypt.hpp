#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "crypto/hash_limits.hpp"
#include "crypto/scrypt_cost.hpp"

namespace postern::crypto {

// A scrypt hash (RFC 7914) as it is stored, but for libxcrypt's $7$, which libxcrypt checks. Its
// cost is within the limits it was read with.
struct Scrypt {
    ScryptCost cost;
    std::string salt, hash;  // the hash is of 16 to 128 octets
};

// "$scrypt$ln=16,r=8,p=1$<salt>$<hash>", the base64 of both unpadded.
boost::system::result<Scrypt, HashError> read_phc_scrypt(std::string_view text,
                                                         const HashLimits& limits);
// Django's "scrypt$16384$<salt as it is>$8$1$<hash>": N, salt, r, p.
boost::system::result<Scrypt, HashError> read_django_scrypt(std::string_view text,
                                                            const HashLimits& limits);

// Throws std::runtime_error when OpenSSL refuses, also for want of memory.
bool matches(const Scrypt& stored, std::string_view password);
HashWork work_of(const Scrypt& stored);

}  // namespace postern::crypto
