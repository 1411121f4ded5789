#include "crypto/digest_hash.hpp"

#include "crypto/hash_text.hpp"
#include "crypto/secret.hpp"

namespace postern::crypto {
namespace {

constexpr std::size_t longest_salt = 64;

}  // namespace

boost::system::result<DigestHash, HashError> read_digest_octets(std::string_view octets,
                                                                Digest algorithm, Salted salted) {
    const auto size = digest_size(algorithm);
    const bool fits = salted == Salted::yes
                          ? octets.size() > size && octets.size() <= size + longest_salt
                          : octets.size() == size;
    if (!fits) return HashError::malformed;
    return DigestHash{.algorithm = algorithm,
                      .after = std::string(octets.substr(size)),
                      .hash = std::string(octets.substr(0, size))};
}

boost::system::result<DigestHash, HashError> read_digest(std::string_view text, Digest algorithm,
                                                         Salted salted) {
    const auto size = digest_size(algorithm);
    const SizeRange expected{size, salted == Salted::yes ? size + longest_salt : size};
    const bool is_hexadecimal = salted == Salted::no && text.size() == 2 * size;
    const auto octets =
        is_hexadecimal ? decode_hexadecimal(text, expected) : decode_adapted(text, expected);
    if (!octets) return HashError::malformed;
    return read_digest_octets(*octets, algorithm, salted);
}

boost::system::result<DigestHash, HashError> read_django_digest(std::string_view text,
                                                                Digest algorithm) {
    take_field(text);  // the algorithm
    const auto salt = take_field(text);
    if (!salt || salt->size() > longest_salt) return HashError::malformed;
    const auto size = digest_size(algorithm);
    auto hash = decode_hexadecimal(text, {size, size});
    if (!hash) return HashError::malformed;
    return DigestHash{
        .algorithm = algorithm, .before = std::string(*salt), .hash = std::move(*hash)};
}

bool matches(const DigestHash& stored, std::string_view password) {
    auto computed = digest_of(stored.algorithm, {stored.before, password, stored.after});
    const WipeAtEnd wiped(computed);
    return constant_time_equal(computed, stored.hash);
}

HashWork work_of(const DigestHash& /*stored*/) {
    return {.memory = 0, .microseconds = 1};
}

}  // namespace postern::crypto
