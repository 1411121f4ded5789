#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "cache/verifier.hpp"
#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"
#include "crypto/secret.hpp"

namespace postern::cache {

// Names, verifiers and seals of one directory, all from one cache.key: each purpose has a key of
// its own, each record another. The fingerprint, a text of the settings that decide, is in every
// HMAC, so that other settings find other records.
class Keys {
 public:
    static constexpr std::size_t key_size = 32;
    static constexpr std::size_t longest_sealed = std::size_t{65} * 1024;

    // Throws std::invalid_argument when the key has not `key_size` octets.
    Keys(const crypto::Secret& cache_key, std::string_view directory, std::string_view fingerprint);

    // Names of records: "postern:<directory>:l:<hex>", ":a:<hex>" (Principal::name), ":n".
    std::string login_record(std::string_view login) const;
    std::string account_record(std::string_view account) const;
    const std::string& not_before_record() const { return not_before_record_; }
    // "postern:<directory>:g:<hex>", for the count of something ("guard", "limit") of somebody.
    std::string counter(std::string_view purpose, std::string_view whose) const;

    // Two accounts with one password have different ones; so have a login and an account of its
    // name.
    Verifier verifier(std::string_view account, const crypto::Secret& password) const;
    Verifier login_verifier(std::string_view login, const crypto::Secret& password) const;

    // AES-256-GCM under the record's own key, bound to its name, padded so that lengths fall into
    // classes of 256 octets. nullopt: it was not sealed by this key under this name.
    // std::length_error: what is sealed would be longer than longest_sealed.
    std::string seal(std::string_view record, std::string_view plain) const;
    std::optional<std::string> open(std::string_view record, std::string_view sealed) const;

 private:
    class Purposes;
    Keys(const Purposes& purposes, std::string_view directory);
    std::string name(char kind, const crypto::Hmac::Octets& hmac) const;

    std::string prefix_;
    std::string not_before_record_;
    crypto::Hkdf seals_;
    crypto::Hmac logins_, accounts_, counters_, verifiers_, login_verifiers_;
};

// While cache.previous-key is set, what is not found under the current key is looked for under the
// previous one, opened and compared with that one's verifiers, and written anew (`carried_over`)
// under the current one. A flush goes to both.
struct KeyRing {
    Keys current;
    std::optional<Keys> previous;
};

// Of a setting: base64 of 32 octets; nullopt: anything else.
std::optional<crypto::Secret> read_cache_key(const crypto::Secret& base64);

}  // namespace postern::cache
