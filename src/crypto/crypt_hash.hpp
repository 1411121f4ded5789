#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "crypto/hash_limits.hpp"

namespace postern::crypto {

// A hash that libxcrypt's crypt(3) checks. Whatever the readers below let through is whole, of the
// form its method has, and within the limits it was read with.
//
// crypt(3) knows C strings: a password with a NUL is never the one, nor is one of 512 octets or
// more. As everywhere else, bcrypt looks at the first 72 octets and DES at the first 8, so that a
// longer password with the same beginning is accepted.
struct CryptHash {
    std::string stored;         // the method's prefix, the salt, the hash
    bool sha256_first = false;  // Django's bcrypt_sha256: not the password, its SHA-256 in hex
    HashWork work;
};
using CryptResult = boost::system::result<CryptHash, HashError>;

CryptResult read_bcrypt(std::string_view text, const HashLimits& limits);     // $2a$ $2b$ $2x$ $2y$
CryptResult read_sha_crypt(std::string_view text, const HashLimits& limits);  // $5$ and $6$
CryptResult read_sha1_crypt(std::string_view text, const HashLimits& limits);    // $sha1$
CryptResult read_md5_crypt(std::string_view text, const HashLimits& limits);     // $1$
CryptResult read_yescrypt(std::string_view text, const HashLimits& limits);      // $y$ and $gy$
CryptResult read_crypt_scrypt(std::string_view text, const HashLimits& limits);  // $7$
CryptResult read_bsdi_des(std::string_view text, const HashLimits& limits);      // _
CryptResult read_des(std::string_view text, const HashLimits& limits);
// "bcrypt$$2b$12$..." and "bcrypt_sha256$$2b$12$...".
CryptResult read_django_bcrypt(std::string_view text, const HashLimits& limits);

// Of the form of BSDi's and of traditional DES: 20 letters behind "_", 13 without.
bool is_bsdi_des(std::string_view text);
bool is_des(std::string_view text);

// Throws std::bad_alloc, or std::runtime_error when libxcrypt does not have the method.
bool matches(const CryptHash& stored, std::string_view password);
HashWork work_of(const CryptHash& stored);

}  // namespace postern::crypto
