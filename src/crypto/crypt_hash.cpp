#include "crypto/crypt_hash.hpp"

#include <crypt.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>

#include "crypto/digest.hpp"
#include "crypto/hash_text.hpp"
#include "crypto/secret.hpp"
#include "crypto/yescrypt_parameters.hpp"

namespace postern::crypto {
namespace {

constexpr std::size_t working_space = sizeof(crypt_data);
constexpr std::size_t longest_yescrypt_salt = 86, yescrypt_hash = 43;  // letters

CryptHash with_work(std::string_view text, std::uint64_t microseconds, std::size_t memory = 0) {
    return {.stored = std::string(text),
            .work = {.memory = working_space + memory, .microseconds = microseconds}};
}

bool is_crypt_text_of(std::string_view text, std::size_t size) {
    return text.size() == size && is_crypt_text(text);
}

// What libxcrypt takes in the salt of $1$, $5$ and $6$: nothing that means something in a
// file of passwords.
bool is_salt(std::string_view text, std::size_t longest) {
    return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [](char c) {
        return c > ' ' && c <= '~' && std::string_view("!*:;\\$").find(c) == std::string_view::npos;
    });
}

CryptResult judged(std::string_view text, const ScryptCost& cost, const HashLimits& limits) {
    auto bounds = limits;  // with what crypt(3) itself takes it is still within the limit
    bounds.memory_kib -= std::min<std::uint32_t>(bounds.memory_kib, working_space / 1024);
    if (!cost.is_within(bounds)) return HashError::too_expensive;
    if (!cost.is_valid()) return HashError::malformed;
    const auto work = cost.work();
    return with_work(text, work.microseconds, work.memory);
}

// 24 bits in four letters, the lowest first.
std::uint32_t bsdi_count(std::string_view letters) {
    constexpr std::string_view alphabet =
        "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < letters.size(); ++i)
        count |= static_cast<std::uint32_t>(alphabet.find(letters[i])) << (6 * i);
    return count;
}

struct WipeAndDelete {
    void operator()(crypt_data* data) const {
        wipe(std::span(reinterpret_cast<char*>(data), sizeof(*data)));
        delete data;
    }
};

}  // namespace

CryptResult read_bcrypt(std::string_view text, const HashLimits& limits) {
    constexpr std::size_t prefix = 4, salt = 22, salt_and_hash = 53;
    if (text.size() != prefix + 3 + salt_and_hash || text[prefix + 2] != '$')
        return HashError::malformed;
    const char tens = text[prefix], ones = text[prefix + 1];
    if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return HashError::malformed;
    const auto cost = static_cast<std::uint32_t>((tens - '0') * 10 + (ones - '0'));
    if (cost > limits.bcrypt_cost) return HashError::too_expensive;
    // The last letter of the salt has four unused bits: with others it would fit no password.
    const char last = text[prefix + 3 + salt - 1];
    if (cost < 4 || cost > 31 || !is_crypt_text(text.substr(prefix + 3)) ||
        std::string_view(".Oeu").find(last) == std::string_view::npos)
        return HashError::malformed;
    return with_work(text, std::uint64_t{50} << cost);
}

CryptResult read_sha_crypt(std::string_view text, const HashLimits& limits) {
    constexpr std::uint32_t least_rounds = 1000, usual_rounds = 5000;
    const std::size_t hash = text.starts_with("$5$") ? 43 : 86;
    auto rest = text.substr(3);
    std::optional<std::uint32_t> rounds = usual_rounds;
    if (skip(rest, "rounds=")) rounds = read_number(take_field(rest).value_or(""));
    if (rounds && *rounds > limits.iterations) return HashError::too_expensive;
    const auto salt = take_field(rest);
    if (!rounds || *rounds < least_rounds || !salt || !is_salt(*salt, 16) ||
        !is_crypt_text_of(rest, hash))
        return HashError::malformed;
    return with_work(text, *rounds);
}

CryptResult read_sha1_crypt(std::string_view text, const HashLimits& limits) {
    auto rest = text;
    skip(rest, "$sha1$");
    const auto rounds = read_number(take_field(rest).value_or(""));
    if (rounds && *rounds > limits.iterations) return HashError::too_expensive;
    const auto salt = take_field(rest);
    if (!rounds || *rounds < 4 || !salt || salt->empty() || salt->size() > 64 ||
        !is_crypt_text(*salt) || !is_crypt_text_of(rest, 28))
        return HashError::malformed;
    return with_work(text, *rounds);
}

CryptResult read_md5_crypt(std::string_view text, const HashLimits& /*limits*/) {
    auto rest = text.substr(3);
    const auto salt = take_field(rest);
    if (!salt || !is_salt(*salt, 8) || !is_crypt_text_of(rest, 22)) return HashError::malformed;
    return with_work(text, 500);
}

CryptResult read_yescrypt(std::string_view text, const HashLimits& limits) {
    auto rest = text;
    if (!skip(rest, "$y$")) skip(rest, "$gy$");
    const auto parameters = take_field(rest);
    const auto salt = take_field(rest);
    if (!parameters || !salt || !is_yescrypt_salt(*salt) || !is_crypt_text_of(rest, yescrypt_hash))
        return HashError::malformed;
    const auto cost = read_yescrypt_parameters(*parameters);
    if (!cost) return HashError::malformed;
    return judged(text, *cost, limits);
}

CryptResult read_crypt_scrypt(std::string_view text, const HashLimits& limits) {
    constexpr std::size_t parameters = 11;  // the salt follows at once
    auto rest = text.substr(3);
    const auto first = take_field(rest);
    if (!first || first->size() < parameters ||
        first->size() > parameters + longest_yescrypt_salt || !is_crypt_text(*first) ||
        !is_crypt_text_of(rest, yescrypt_hash))
        return HashError::malformed;
    const auto cost = read_crypt_scrypt_parameters(first->substr(0, parameters));
    if (!cost) return HashError::malformed;
    return judged(text, *cost, limits);
}

CryptResult read_bsdi_des(std::string_view text, const HashLimits& limits) {
    if (!is_bsdi_des(text)) return HashError::malformed;
    const auto count = bsdi_count(text.substr(1, 4));
    if (count > limits.iterations) return HashError::too_expensive;
    if (count == 0) return HashError::malformed;
    return with_work(text, count);
}

CryptResult read_des(std::string_view text, const HashLimits& /*limits*/) {
    if (!is_des(text)) return HashError::malformed;
    return with_work(text, 10);
}

CryptResult read_django_bcrypt(std::string_view text, const HashLimits& limits) {
    const auto algorithm = take_field(text);
    const bool is_bcrypt = text.size() > 4 && text.starts_with("$2") && text[3] == '$' &&
                           std::string_view("abxy").find(text[2]) != std::string_view::npos;
    if (!is_bcrypt) return HashError::malformed;
    auto hash = read_bcrypt(text, limits);
    if (hash) hash->sha256_first = algorithm == "bcrypt_sha256";
    return hash;
}

bool is_bsdi_des(std::string_view text) {
    return text.size() == 20 && text.front() == '_' && is_crypt_text(text.substr(1));
}

bool is_des(std::string_view text) {
    return is_crypt_text_of(text, 13);
}

bool matches(const CryptHash& stored, std::string_view password) {
    std::string phrase = stored.sha256_first ? sha256_hex(password) : std::string(password);
    const WipeAtEnd wiped(phrase);
    const bool can_be =
        phrase.size() < CRYPT_MAX_PASSPHRASE_SIZE && phrase.find('\0') == std::string::npos;
    if (!can_be) return false;
    const std::unique_ptr<crypt_data, WipeAndDelete> data(new crypt_data{});
    errno = 0;
    const char* computed =
        ::crypt_rn(phrase.c_str(), stored.stored.c_str(), data.get(), sizeof(crypt_data));
    if (computed == nullptr && errno == ENOMEM) throw std::bad_alloc();
    if (computed == nullptr) throw std::runtime_error("libxcrypt cannot compute such a hash");
    return constant_time_equal(computed, stored.stored);
}

HashWork work_of(const CryptHash& stored) {
    return stored.work;
}

}  // namespace postern::crypto
