// Stored passwords: hostile texts are refused or cost what they are allowed to.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/base64.hpp"
#include "crypto/password_hash.hpp"

using namespace postern::crypto;

namespace {

constexpr HashLimits limits{.memory_kib = 256,
                            .passes = 2,
                            .lanes = 4,
                            .iterations = 1000,
                            .bcrypt_cost = 4,
                            .allow_weak = true};

void require(bool holds) {
    if (!holds) std::abort();
}

void check(std::string_view input) {
    const auto hash = PasswordHash::parse(input, limits);
    if (!hash) return;
    require(hash->memory_cost() <= std::size_t{limits.memory_kib} * 1024);
    require(!hash->verify(Secret("")));
    hash->verify(Secret("password"));
    hash->is_outdated({});
    const bool is_bare = !input.empty() && input.front() != '{' && input.front() != '$';
    if (is_bare && !hash->needs_pool()) require(hash->verify(Secret(input)));
    const auto strict = PasswordHash::parse(input, {});
    require(strict || strict.error() == HashError::weak);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check(input);
    if (const auto argon2 = parse_argon2(input, limits)) {
        const auto again = parse_argon2(format_argon2(*argon2), limits);
        require(again && again->salt == argon2->salt && again->hash == argon2->hash &&
                again->version == argon2->version && again->lanes == argon2->lanes);
    }
    if (const auto octets = base64_decode(input)) require(base64_encode(*octets) == input);
    if (const auto octets = base64_decode_unpadded(input)) {
        require(base64_encode_unpadded(*octets) == input);
    }
    return 0;
}
