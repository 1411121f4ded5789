#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "crypto/argon2.hpp"
#include "crypto/crypt_hash.hpp"
#include "crypto/digest_hash.hpp"
#include "crypto/hash_limits.hpp"
#include "crypto/pbkdf2.hpp"
#include "crypto/plain_text.hpp"
#include "crypto/scram_verifier.hpp"
#include "crypto/scrypt.hpp"

namespace postern::crypto {

// Every form in which a password may be stored. Each has `matches(form, password)` and
// `work_of(form)`.
using StoredForm =
    std::variant<PlainText, DigestHash, Pbkdf2, Scrypt, Argon2, CryptHash, ScramVerifier>;
using StoredResult = boost::system::result<StoredForm, HashError>;

// What stands behind the braces, or the whole text where there are none.
struct HashText {
    std::string_view text;
    bool is_decoded = false;  // ".b64" or ".hex" stood in the braces: the octets themselves
};

// Schemes whose texts may stand behind one common "{NAME}".
enum class Family : std::uint8_t { none, argon2, pbkdf2, scrypt, crypt };

// One spelling of stored passwords. docs/password-hashes.md has the same list for readers.
struct Scheme {
    // "{SSHA}": in any case, perhaps with .b64 or .hex before the brace. "$6$": a text that begins
    // so. "md5$": a text that begins so and has the right number of fields.
    std::string_view name;
    StoredResult (*read)(HashText text, const HashLimits& limits);
    bool is_weak = false;  // refused without HashLimits::allow_weak
    Family family = Family::none;
    std::size_t dollars = 0;  // how many "$" such a text has, where it could be a plain text
};

std::span<const Scheme> password_schemes();

// Reads whatever is stored: PasswordHash::parse has the rules.
StoredResult read_stored(std::string_view stored, const HashLimits& limits);

}  // namespace postern::crypto
