#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"
#include "crypto/hash_limits.hpp"

namespace postern::crypto {

// What a server stores for SCRAM (RFC 5802 3): no password, and enough to tell one. Its cost is
// within the limits it was read with.
struct ScramVerifier {
    Digest algorithm = Digest::sha256;  // or sha1
    std::uint32_t iterations = 0;
    std::string salt, stored_key, server_key;
};
using ScramResult = boost::system::result<ScramVerifier, HashError>;

// PostgreSQL's "SCRAM-SHA-256$4096:<salt>$<StoredKey>:<ServerKey>".
ScramResult read_postgresql_scram(std::string_view text, const HashLimits& limits);
// "4096,<salt>,<StoredKey>,<ServerKey>" behind Dovecot's {SCRAM-SHA-256} and {SCRAM-SHA-1}.
ScramResult read_dovecot_scram(std::string_view text, Digest algorithm, const HashLimits& limits);

// The password's octets count as they are: whoever made the verifier of a password beyond ASCII has
// to have left it alone as well, or to have got it in its SASLprep form.
bool matches(const ScramVerifier& stored, std::string_view password);
HashWork work_of(const ScramVerifier& stored);

}  // namespace postern::crypto
