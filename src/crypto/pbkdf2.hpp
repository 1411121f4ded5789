#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"
#include "crypto/hash_limits.hpp"

namespace postern::crypto {

// A PBKDF2 hash (RFC 8018 5.2) as it is stored. Its cost is within the limits it was read with.
struct Pbkdf2 {
    Digest algorithm = Digest::sha256;
    std::uint32_t iterations = 0;
    std::string salt, hash;  // the hash is of 16 to 256 octets: a shorter one could be guessed
};
using Pbkdf2Result = boost::system::result<Pbkdf2, HashError>;

// "10000$<salt>$<hash>" behind OpenLDAP's and 389-DS's {PBKDF2-SHA256}.
Pbkdf2Result read_ldap_pbkdf2(std::string_view text, Digest algorithm, const HashLimits& limits);
// The octets of 389-DS's and FreeIPA's {PBKDF2_SHA256}: 4 of iterations, 64 of salt, 256 of hash.
Pbkdf2Result read_ds389_pbkdf2(std::string_view text, const HashLimits& limits);
// "$1$<salt as it is>$5000$<hexadecimal>" behind Dovecot's {PBKDF2}; SHA-1.
Pbkdf2Result read_dovecot_pbkdf2(std::string_view text, const HashLimits& limits);
// "$pbkdf2-sha256$29000$<salt>$<hash>" of passlib, "$pbkdf2-sha256$i=29000,l=32$..." of PHC.
Pbkdf2Result read_phc_pbkdf2(std::string_view text, Digest algorithm, const HashLimits& limits);
// "pbkdf2_sha256$260000$<salt as it is>$<hash>".
Pbkdf2Result read_django_pbkdf2(std::string_view text, Digest algorithm, const HashLimits& limits);

// `size` octets. Throws std::runtime_error when OpenSSL refuses.
std::string compute_pbkdf2(Digest algorithm, std::string_view password, std::string_view salt,
                           std::uint32_t iterations, std::size_t size);
HashWork work_of_pbkdf2(Digest algorithm, std::uint32_t iterations, std::size_t size);

bool matches(const Pbkdf2& stored, std::string_view password);
HashWork work_of(const Pbkdf2& stored);

}  // namespace postern::crypto
