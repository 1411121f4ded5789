#include "crypto/password_hash.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "crypto/random.hpp"

namespace postern::crypto {
namespace {

constexpr std::size_t fresh_salt_size = 16;
constexpr std::size_t fresh_hash_size = 32;

// What a "{SCHEME}" prefix says about the text behind it.
enum class Scheme : std::uint8_t { plain, argon2 };
struct NamedScheme {
    std::string_view name;
    Scheme scheme;
};
constexpr std::array named_schemes{
    NamedScheme{"PLAIN", Scheme::plain},     NamedScheme{"CLEAR", Scheme::plain},
    NamedScheme{"CLEARTEXT", Scheme::plain}, NamedScheme{"ARGON2", Scheme::argon2},
    NamedScheme{"ARGON2I", Scheme::argon2},  NamedScheme{"ARGON2ID", Scheme::argon2},
};

bool same_letters(char left, char right) {
    const auto upper = [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
    };
    return upper(left) == upper(right);
}

std::optional<Scheme> find_scheme(std::string_view name) {
    for (const auto& known : named_schemes) {
        if (std::ranges::equal(name, known.name, same_letters)) return known.scheme;
    }
    return std::nullopt;
}

std::string digest(std::string_view octets) {
    std::string result(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    if (EVP_Digest(octets.data(), octets.size(), reinterpret_cast<unsigned char*>(result.data()),
                   &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 failed");
    }
    result.resize(size);
    return result;
}

// Digests have one length, so that the time tells nothing about where or how the two texts differ.
bool matches(const PlainText& stored, std::string_view password) {
    auto expected = digest(stored.text.reveal());
    auto actual = digest(password);
    const bool equal = constant_time_equal(expected, actual);
    wipe(expected);
    wipe(actual);
    return equal;
}

bool matches(const Argon2& stored, std::string_view password) {
    auto computed = compute_argon2(stored, password);
    const bool equal = constant_time_equal(computed, stored.hash);
    wipe(computed);
    return equal;
}

}  // namespace

const char* to_string(HashError error) {
    switch (error) {
        case HashError::unknown_scheme:
            return "unknown password scheme";
        case HashError::malformed:
            return "malformed password hash";
        case HashError::too_expensive:
            return "password hash over the cost limits";
    }
    return "malformed password hash";
}

void throw_exception_from_error(HashError error, const boost::source_location& /*where*/) {
    throw std::runtime_error(to_string(error));
}

boost::system::result<PasswordHash, HashError> PasswordHash::parse(std::string_view stored,
                                                                   const HashLimits& limits) {
    auto scheme = stored.starts_with('$') ? Scheme::argon2 : Scheme::plain;
    auto text = stored;
    if (stored.starts_with('{')) {
        const auto end = stored.find('}');
        if (end == std::string_view::npos) return HashError::unknown_scheme;
        const auto named = find_scheme(stored.substr(1, end - 1));
        if (!named) return HashError::unknown_scheme;
        scheme = *named;
        text.remove_prefix(end + 1);
    }
    if (scheme == Scheme::plain) return PasswordHash(PlainText{Secret(text)});
    auto argon2 = parse_argon2(text, limits);
    if (!argon2) {
        const bool named = stored.starts_with('{');
        return named && argon2.error() == HashError::unknown_scheme ? HashError::malformed
                                                                    : argon2.error();
    }
    return PasswordHash(std::move(*argon2));
}

bool PasswordHash::verify(const Secret& password) const {
    if (password.empty()) return false;
    return std::visit([&](const auto& form) { return matches(form, password.reveal()); }, form_);
}

std::size_t PasswordHash::memory_cost() const {
    const auto* argon2 = std::get_if<Argon2>(&form_);
    return argon2 != nullptr ? std::size_t{argon2->memory_kib} * 1024 : 0;
}

std::string hash_password(const Secret& password, std::uint32_t memory_kib, std::uint32_t passes,
                          std::uint32_t lanes) {
    Argon2 argon2{.variant = Argon2::Variant::id,
                  .memory_kib = memory_kib,
                  .passes = passes,
                  .lanes = lanes,
                  .salt = random_octets(fresh_salt_size),
                  .hash = std::string(fresh_hash_size, '\0')};
    argon2.hash = compute_argon2(argon2, password.reveal());
    return format_argon2(argon2);
}

}  // namespace postern::crypto
