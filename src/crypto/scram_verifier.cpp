#include "crypto/scram_verifier.hpp"

#include <optional>

#include "crypto/hash_text.hpp"
#include "crypto/pbkdf2.hpp"
#include "crypto/secret.hpp"

namespace postern::crypto {
namespace {

constexpr SizeRange salt_size{1, 128};

struct Fields {
    std::string_view iterations, salt, stored_key, server_key;
};

ScramResult judged(const Fields& fields, Digest algorithm, const HashLimits& limits) {
    const auto iterations = read_number(fields.iterations);
    if (iterations && *iterations > limits.iterations) return HashError::too_expensive;
    const SizeRange key_size{digest_size(algorithm), digest_size(algorithm)};
    auto salt = decode_adapted(fields.salt, salt_size);
    auto stored_key = decode_adapted(fields.stored_key, key_size);
    auto server_key = decode_adapted(fields.server_key, key_size);
    if (!iterations || *iterations == 0 || !salt || !stored_key || !server_key)
        return HashError::malformed;
    return ScramVerifier{algorithm, *iterations, std::move(*salt), std::move(*stored_key),
                         std::move(*server_key)};
}

}  // namespace

ScramResult read_postgresql_scram(std::string_view text, const HashLimits& limits) {
    if (!skip(text, "SCRAM-SHA-256$")) return HashError::malformed;
    const auto iterations = take_field(text, ':').value_or("");
    const auto salt = take_field(text).value_or("");
    const auto stored_key = take_field(text, ':').value_or("");
    return judged({iterations, salt, stored_key, text}, Digest::sha256, limits);
}

ScramResult read_dovecot_scram(std::string_view text, Digest algorithm, const HashLimits& limits) {
    const auto iterations = take_field(text, ',').value_or("");
    const auto salt = take_field(text, ',').value_or("");
    const auto stored_key = take_field(text, ',').value_or("");
    return judged({iterations, salt, stored_key, text}, algorithm, limits);
}

// RFC 5802 3: StoredKey is H(HMAC(SaltedPassword, "Client Key")).
bool matches(const ScramVerifier& stored, std::string_view password) {
    auto salted = compute_pbkdf2(stored.algorithm, password, stored.salt, stored.iterations,
                                 digest_size(stored.algorithm));
    const WipeAtEnd first(salted);
    auto client_key = hmac_of(stored.algorithm, salted, "Client Key");
    const WipeAtEnd second(client_key);
    return constant_time_equal(digest_of(stored.algorithm, {client_key}), stored.stored_key);
}

HashWork work_of(const ScramVerifier& stored) {
    return work_of_pbkdf2(stored.algorithm, stored.iterations, digest_size(stored.algorithm));
}

}  // namespace postern::crypto
