#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"
#include "crypto/hash_limits.hpp"

namespace postern::crypto {

// One digest of the password and perhaps a salt: what LDAP servers called {SSHA}, and Django once
// md5$salt$hash.
struct DigestHash {
    Digest algorithm = Digest::sha1;
    std::string before, after;  // the salt, on the one side of the password or the other
    std::string hash;
};

enum class Salted : bool { no, yes };

// The octets: the digest, and behind it the salt of 1 to 64 octets, where there is one.
boost::system::result<DigestHash, HashError> read_digest_octets(std::string_view octets,
                                                                Digest algorithm, Salted salted);
// The same in base64; without a salt also in hexadecimal, told by its length as Dovecot does.
boost::system::result<DigestHash, HashError> read_digest(std::string_view text, Digest algorithm,
                                                         Salted salted);
// Django's "md5$<salt>$<hexadecimal>".
boost::system::result<DigestHash, HashError> read_django_digest(std::string_view text,
                                                                Digest algorithm);

bool matches(const DigestHash& stored, std::string_view password);
HashWork work_of(const DigestHash& stored);

}  // namespace postern::crypto
