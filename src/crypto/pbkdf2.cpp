#include "crypto/pbkdf2.hpp"

#include <openssl/evp.h>

#include <optional>
#include <stdexcept>

#include "crypto/evp_digest.hpp"
#include "crypto/hash_text.hpp"
#include "crypto/secret.hpp"

namespace postern::crypto {
namespace {

constexpr SizeRange salt_size{1, 128};
constexpr SizeRange hash_size{16, 256};

// One block is what everybody stores who does not say how long it is: what is shorter was cut off.
SizeRange whole(Digest algorithm) {
    return {digest_size(algorithm), digest_size(algorithm)};
}

std::optional<std::string> salt_as_it_is(std::optional<std::string_view> text) {
    if (!text || text->empty() || text->size() > salt_size.largest) return std::nullopt;
    return std::string(*text);
}

Pbkdf2Result judged(Digest algorithm, std::optional<std::uint32_t> iterations,
                    std::optional<std::string> salt, std::optional<std::string> hash,
                    const HashLimits& limits) {
    if (iterations && *iterations > limits.iterations) return HashError::too_expensive;
    if (!iterations || *iterations == 0 || !salt || !hash) return HashError::malformed;
    return Pbkdf2{algorithm, *iterations, std::move(*salt), std::move(*hash)};
}

}  // namespace

Pbkdf2Result read_ldap_pbkdf2(std::string_view text, Digest algorithm, const HashLimits& limits) {
    const auto iterations = read_number(take_field(text).value_or(""));
    auto salt = decode_adapted(take_field(text).value_or(""), salt_size);
    return judged(algorithm, iterations, std::move(salt), decode_adapted(text, whole(algorithm)),
                  limits);
}

Pbkdf2Result read_ds389_pbkdf2(std::string_view text, const HashLimits& limits) {
    constexpr std::size_t salt = 64, hash = 256, all = sizeof(std::uint32_t) + salt + hash;
    const auto octets = decode_adapted(text, {all, all});
    if (!octets) return HashError::malformed;
    std::uint32_t iterations = 0;
    for (std::size_t i = 0; i < sizeof(iterations); ++i)
        iterations = iterations << 8 | static_cast<std::uint8_t>((*octets)[i]);
    return judged(Digest::sha256, iterations, octets->substr(sizeof(iterations), salt),
                  octets->substr(sizeof(iterations) + salt), limits);
}

Pbkdf2Result read_dovecot_pbkdf2(std::string_view text, const HashLimits& limits) {
    if (!skip(text, "$1$")) return HashError::malformed;
    auto salt = salt_as_it_is(take_field(text));
    const auto iterations = read_number(take_field(text).value_or(""));
    return judged(Digest::sha1, iterations, std::move(salt),
                  decode_hexadecimal(text, whole(Digest::sha1)), limits);
}

Pbkdf2Result read_phc_pbkdf2(std::string_view text, Digest algorithm, const HashLimits& limits) {
    skip(text, "$");
    take_field(text);  // the algorithm
    auto parameters = take_field(text).value_or("");
    const bool is_phc = skip(parameters, "i=");
    const auto iterations = take_number(parameters);
    const bool has_length = is_phc && skip(parameters, ",l=");
    const auto length = has_length ? take_number(parameters) : std::nullopt;
    if (!parameters.empty() || has_length != length.has_value()) return HashError::malformed;
    auto salt = decode_adapted(take_field(text).value_or(""), salt_size);
    auto hash = decode_adapted(text, length ? hash_size : whole(algorithm));
    if (length && hash && hash->size() != *length) return HashError::malformed;
    return judged(algorithm, iterations, std::move(salt), std::move(hash), limits);
}

Pbkdf2Result read_django_pbkdf2(std::string_view text, Digest algorithm, const HashLimits& limits) {
    take_field(text);  // the algorithm
    const auto iterations = read_number(take_field(text).value_or(""));
    auto salt = salt_as_it_is(take_field(text));
    return judged(algorithm, iterations, std::move(salt), decode_adapted(text, whole(algorithm)),
                  limits);
}

std::string compute_pbkdf2(Digest algorithm, std::string_view password, std::string_view salt,
                           std::uint32_t iterations, std::size_t size) {
    std::string hash(size, '\0');
    if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                          reinterpret_cast<const unsigned char*>(salt.data()),
                          static_cast<int>(salt.size()), static_cast<int>(iterations),
                          evp_digest(algorithm), static_cast<int>(size),
                          reinterpret_cast<unsigned char*>(hash.data())) != 1)
        throw std::runtime_error("PBKDF2 cannot be computed");
    return hash;
}

// Every block of the result costs all iterations again.
HashWork work_of_pbkdf2(Digest algorithm, std::uint32_t iterations, std::size_t size) {
    const auto block = digest_size(algorithm);
    return {.memory = 0, .microseconds = std::uint64_t{iterations} * ((size + block - 1) / block)};
}

bool matches(const Pbkdf2& stored, std::string_view password) {
    auto computed = compute_pbkdf2(stored.algorithm, password, stored.salt, stored.iterations,
                                   stored.hash.size());
    const WipeAtEnd wiped(computed);
    return constant_time_equal(computed, stored.hash);
}

HashWork work_of(const Pbkdf2& stored) {
    return work_of_pbkdf2(stored.algorithm, stored.iterations, stored.hash.size());
}

}  // namespace postern::crypto
