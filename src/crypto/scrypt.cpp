#include "crypto/scrypt.hpp"

#include <openssl/evp.h>

#include <bit>
#include <optional>
#include <stdexcept>

#include "crypto/hash_text.hpp"
#include "crypto/secret.hpp"

namespace postern::crypto {
namespace {

constexpr SizeRange salt_size{1, 128};
constexpr SizeRange hash_size{16, 128};

using Numbers = std::optional<std::uint32_t>;

boost::system::result<Scrypt, HashError> judged(Numbers log2_n, Numbers r, Numbers p,
                                                std::optional<std::string> salt,
                                                std::optional<std::string> hash,
                                                const HashLimits& limits) {
    if (!log2_n || !r || !p || !salt || !hash) return HashError::malformed;
    const ScryptCost cost{.log2_n = *log2_n, .r = *r, .p = *p};
    if (!cost.is_within(limits)) return HashError::too_expensive;
    if (!cost.is_valid()) return HashError::malformed;
    return Scrypt{cost, std::move(*salt), std::move(*hash)};
}

Numbers take_parameter(std::string_view& rest, std::string_view name) {
    return skip(rest, name) ? take_number(rest) : std::nullopt;
}

// N has to be a power of two; what is larger than any number is one as well.
Numbers log2_of(Numbers n) {
    if (n == 0xFFFFFFFF) return 64;
    if (!n || !std::has_single_bit(*n)) return std::nullopt;
    return static_cast<std::uint32_t>(std::countr_zero(*n));
}

}  // namespace

boost::system::result<Scrypt, HashError> read_phc_scrypt(std::string_view text,
                                                         const HashLimits& limits) {
    if (!skip(text, "$scrypt$")) return HashError::malformed;
    auto parameters = take_field(text).value_or("");
    const auto log2_n = take_parameter(parameters, "ln=");
    const auto r = take_parameter(parameters, ",r=");
    const auto p = take_parameter(parameters, ",p=");
    if (!parameters.empty()) return HashError::malformed;
    auto salt = decode_adapted(take_field(text).value_or(""), salt_size);
    return judged(log2_n, r, p, std::move(salt), decode_adapted(text, hash_size), limits);
}

boost::system::result<Scrypt, HashError> read_django_scrypt(std::string_view text,
                                                            const HashLimits& limits) {
    take_field(text);  // the algorithm
    const auto n = log2_of(read_number(take_field(text).value_or("")));
    const auto salt = take_field(text).value_or("");
    const auto r = read_number(take_field(text).value_or(""));
    const auto p = read_number(take_field(text).value_or(""));
    if (salt.empty() || salt.size() > salt_size.largest) return HashError::malformed;
    return judged(n, r, p, std::string(salt), decode_adapted(text, hash_size), limits);
}

bool matches(const Scrypt& stored, std::string_view password) {
    constexpr std::uint64_t slack = 1 << 20;  // what OpenSSL counts beside our own count
    std::string computed(stored.hash.size(), '\0');
    const WipeAtEnd wiped(computed);
    const auto& cost = stored.cost;
    if (EVP_PBE_scrypt(password.data(), password.size(),
                       reinterpret_cast<const unsigned char*>(stored.salt.data()),
                       stored.salt.size(), std::uint64_t{1} << cost.log2_n, cost.r, cost.p,
                       cost.work().memory + slack,
                       reinterpret_cast<unsigned char*>(computed.data()), computed.size()) != 1)
        throw std::runtime_error("scrypt cannot be computed");
    return constant_time_equal(computed, stored.hash);
}

HashWork work_of(const Scrypt& stored) {
    return stored.cost.work();
}

}  // namespace postern::crypto
