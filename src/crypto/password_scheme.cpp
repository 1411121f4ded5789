#include "crypto/password_scheme.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "crypto/base64.hpp"
#include "crypto/hash_text.hpp"

namespace postern::crypto {
namespace {

// A plain text may be that long; no hash comes near it.
constexpr std::size_t longest_stored = 4096;

template <class Result>
StoredResult as_form(Result result) {
    if (!result) return result.error();
    return StoredForm(std::move(*result));
}

StoredResult plain(HashText stored, const HashLimits& /*limits*/) {
    return StoredForm(PlainText{Secret(stored.text)});
}

template <auto reader>
StoredResult limited(HashText stored, const HashLimits& limits) {
    return as_form(reader(stored.text, limits));
}

template <auto reader, Digest algorithm>
StoredResult of(HashText stored, const HashLimits& limits) {
    return as_form(reader(stored.text, algorithm, limits));
}

template <Digest algorithm, Salted salted>
StoredResult digest(HashText stored, const HashLimits& /*limits*/) {
    return as_form(stored.is_decoded ? read_digest_octets(stored.text, algorithm, salted)
                                     : read_digest(stored.text, algorithm, salted));
}

template <Digest algorithm>
StoredResult django_digest(HashText stored, const HashLimits& /*limits*/) {
    return as_form(read_django_digest(stored.text, algorithm));
}

StoredResult django_argon2(HashText stored, const HashLimits& limits) {
    skip(stored.text, "argon2");
    return as_form(parse_argon2(stored.text, limits));
}

// A text of that family, as it stands without braces.
template <Family family>
StoredResult any(HashText stored, const HashLimits& limits);

// Dovecot's {MD5} is MD5-crypt, everybody else's a digest.
StoredResult md5_of_either_kind(HashText stored, const HashLimits& limits) {
    if (stored.text.starts_with("$1$")) return as_form(read_md5_crypt(stored.text, limits));
    return digest<Digest::md5, Salted::no>(stored, limits);
}

template <Digest algorithm>
StoredResult pbkdf2(HashText stored, const HashLimits& limits) {
    if (stored.text.starts_with("$1$")) return as_form(read_dovecot_pbkdf2(stored.text, limits));
    if (stored.text.starts_with('$')) return any<Family::pbkdf2>(stored, limits);
    return as_form(read_ldap_pbkdf2(stored.text, algorithm, limits));
}

constexpr auto no = Salted::no, yes = Salted::yes;
constexpr bool weak = true, good = false;
using enum Digest;

constexpr std::array schemes{
    // LDAP, Dovecot: what a password is stored as
    Scheme{"{PLAIN}", plain},
    Scheme{"{CLEAR}", plain},
    Scheme{"{CLEARTEXT}", plain},
    Scheme{"{SSHA}", digest<sha1, yes>},
    Scheme{"{SSHA256}", digest<sha256, yes>},
    Scheme{"{SSHA384}", digest<sha384, yes>},
    Scheme{"{SSHA512}", digest<sha512, yes>},
    Scheme{"{SMD5}", digest<md5, yes>, weak},
    Scheme{"{SHA}", digest<sha1, no>, weak},
    Scheme{"{SHA1}", digest<sha1, no>, weak},
    Scheme{"{SHA256}", digest<sha256, no>, weak},
    Scheme{"{SHA384}", digest<sha384, no>, weak},
    Scheme{"{SHA512}", digest<sha512, no>, weak},
    Scheme{"{MD5}", md5_of_either_kind, weak},
    Scheme{"{PLAIN-MD5}", digest<md5, no>, weak},
    Scheme{"{LDAP-MD5}", digest<md5, no>, weak},
    Scheme{"{PBKDF2}", pbkdf2<sha1>},
    Scheme{"{PBKDF2-SHA1}", pbkdf2<sha1>},
    Scheme{"{PBKDF2-SHA256}", pbkdf2<sha256>},
    Scheme{"{PBKDF2-SHA512}", pbkdf2<sha512>},
    Scheme{"{PBKDF2_SHA256}", limited<read_ds389_pbkdf2>},
    Scheme{"{SCRAM-SHA-1}", of<read_dovecot_scram, sha1>},
    Scheme{"{SCRAM-SHA-256}", of<read_dovecot_scram, sha256>},
    // The same, in front of a text that says itself what it is
    Scheme{"{ARGON2}", any<Family::argon2>},
    Scheme{"{ARGON2I}", any<Family::argon2>},
    Scheme{"{ARGON2ID}", any<Family::argon2>},
    Scheme{"{CRYPT}", any<Family::crypt>},
    Scheme{"{BLF-CRYPT}", any<Family::crypt>},
    Scheme{"{SHA256-CRYPT}", any<Family::crypt>},
    Scheme{"{SHA512-CRYPT}", any<Family::crypt>},
    Scheme{"{MD5-CRYPT}", any<Family::crypt>},
    Scheme{"{GOST_YESCRYPT}", any<Family::crypt>},
    Scheme{"{DES-CRYPT}", limited<read_des>, weak},
    // PHC and crypt(5)
    Scheme{"$argon2d$", limited<parse_argon2>, good, Family::argon2},
    Scheme{"$argon2i$", limited<parse_argon2>, good, Family::argon2},
    Scheme{"$argon2id$", limited<parse_argon2>, good, Family::argon2},
    Scheme{"$pbkdf2$", of<read_phc_pbkdf2, sha1>, good, Family::pbkdf2},
    Scheme{"$pbkdf2-sha1$", of<read_phc_pbkdf2, sha1>, good, Family::pbkdf2},
    Scheme{"$pbkdf2-sha256$", of<read_phc_pbkdf2, sha256>, good, Family::pbkdf2},
    Scheme{"$pbkdf2-sha512$", of<read_phc_pbkdf2, sha512>, good, Family::pbkdf2},
    Scheme{"$scrypt$", limited<read_phc_scrypt>, good, Family::scrypt},
    Scheme{"$2a$", limited<read_bcrypt>, good, Family::crypt},
    Scheme{"$2b$", limited<read_bcrypt>, good, Family::crypt},
    Scheme{"$2y$", limited<read_bcrypt>, good, Family::crypt},
    Scheme{"$2x$", limited<read_bcrypt>, weak, Family::crypt},
    Scheme{"$5$", limited<read_sha_crypt>, good, Family::crypt},
    Scheme{"$6$", limited<read_sha_crypt>, good, Family::crypt},
    Scheme{"$7$", limited<read_crypt_scrypt>, good, Family::crypt},
    Scheme{"$y$", limited<read_yescrypt>, good, Family::crypt},
    Scheme{"$gy$", limited<read_yescrypt>, good, Family::crypt},
    Scheme{"$sha1$", limited<read_sha1_crypt>, good, Family::crypt},
    Scheme{"$1$", limited<read_md5_crypt>, weak, Family::crypt},
    Scheme{"_", limited<read_bsdi_des>, weak, Family::crypt},
    // Django and PostgreSQL
    Scheme{"pbkdf2_sha256$", of<read_django_pbkdf2, sha256>, good, Family::none, 3},
    Scheme{"pbkdf2_sha1$", of<read_django_pbkdf2, sha1>, good, Family::none, 3},
    Scheme{"argon2$", django_argon2, good, Family::none, 5},
    Scheme{"bcrypt_sha256$", limited<read_django_bcrypt>, good, Family::none, 4},
    Scheme{"bcrypt$", limited<read_django_bcrypt>, good, Family::none, 4},
    Scheme{"scrypt$", limited<read_django_scrypt>, good, Family::none, 5},
    Scheme{"sha1$", django_digest<sha1>, good, Family::none, 2},
    Scheme{"md5$", django_digest<md5>, weak, Family::none, 2},
    Scheme{"SCRAM-SHA-256$", limited<read_postgresql_scram>, good, Family::none, 2},
};

StoredResult read_as(const Scheme& scheme, HashText stored, const HashLimits& limits) {
    if (scheme.is_weak && !limits.allow_weak) return HashError::weak;
    return scheme.read(stored, limits);
}

// The scheme of a text without braces; nullptr: it is none that we know, and perhaps plain text.
const Scheme* find_bare(std::string_view text) {
    const auto fits = [text](const Scheme& scheme) {
        if (!text.starts_with(scheme.name)) return false;
        if (scheme.name == "_") return is_bsdi_des(text);
        if (scheme.dollars == 0) return true;
        return scheme.dollars == static_cast<std::size_t>(std::ranges::count(text, '$'));
    };
    const auto* found = std::ranges::find_if(schemes, fits);
    return found == schemes.end() ? nullptr : found;
}

template <Family family>
StoredResult any(HashText stored, const HashLimits& limits) {
    const auto* scheme = find_bare(stored.text);
    if (scheme != nullptr && scheme->family == family) return read_as(*scheme, stored, limits);
    if (family == Family::crypt && is_des(stored.text))
        return limits.allow_weak ? limited<read_des>(stored, limits) : HashError::weak;
    return HashError::malformed;
}

bool same_letters(char left, char right) {
    const auto upper = [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
    };
    return upper(left) == upper(right);
}

bool same_name(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, same_letters);
}

// "SSHA" of "{SSHA}".
const Scheme* find_braced(std::string_view name) {
    const auto fits = [name](const Scheme& scheme) {
        return scheme.name.starts_with('{') &&
               same_name(name, scheme.name.substr(1, scheme.name.size() - 2));
    };
    const auto* found = std::ranges::find_if(schemes, fits);
    return found == schemes.end() ? nullptr : found;
}

StoredResult read_braced(std::string_view name, std::string_view text, const HashLimits& limits) {
    const auto suffix = name.substr(std::min(name.find('.'), name.size()));
    const auto* scheme = find_braced(name.substr(0, name.size() - suffix.size()));
    const bool is_base64 = same_name(suffix, ".b64"), is_hexadecimal = same_name(suffix, ".hex");
    if (scheme == nullptr || (!suffix.empty() && !is_base64 && !is_hexadecimal))
        return HashError::unknown_scheme;
    if (suffix.empty()) return read_as(*scheme, {text}, limits);
    auto octets = is_base64 ? base64_decode(text) : decode_hexadecimal(text, {0, longest_stored});
    if (!octets) return HashError::malformed;
    const WipeAtEnd wiped(*octets);
    return read_as(*scheme, {.text = *octets, .is_decoded = true}, limits);
}

}  // namespace

std::span<const Scheme> password_schemes() {
    return schemes;
}

StoredResult read_stored(std::string_view stored, const HashLimits& limits) {
    if (stored.starts_with('{')) {
        // The longest name has fewer letters than that: a hostile text is not searched to its end.
        const auto end = stored.substr(0, 64).find('}');
        if (end == std::string_view::npos) return HashError::unknown_scheme;
        if (stored.size() > longest_stored) return HashError::malformed;
        return read_braced(stored.substr(1, end - 1), stored.substr(end + 1), limits);
    }
    if (stored.size() > longest_stored) return HashError::malformed;
    if (const auto* scheme = find_bare(stored)) return read_as(*scheme, {stored}, limits);
    if (stored.starts_with('$')) return HashError::unknown_scheme;
    return plain({stored}, limits);
}

}  // namespace postern::crypto
