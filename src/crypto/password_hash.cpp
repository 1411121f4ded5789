#include "crypto/password_hash.hpp"

#include <stdexcept>

#include "crypto/random.hpp"

namespace postern::crypto {
namespace {

constexpr std::size_t fresh_salt_size = 16;
constexpr std::size_t fresh_hash_size = 32;

}  // namespace

const char* to_string(HashError error) {
    switch (error) {
        case HashError::unknown_scheme:
            return "unknown password scheme";
        case HashError::malformed:
            return "malformed password hash";
        case HashError::too_expensive:
            return "password hash over the cost limits";
        case HashError::weak:
            return "password hash of a weak scheme (allow-weak-schemes)";
    }
    return "malformed password hash";
}

void throw_exception_from_error(HashError error, const boost::source_location& /*where*/) {
    throw std::runtime_error(to_string(error));
}

boost::system::result<PasswordHash, HashError> PasswordHash::parse(std::string_view stored,
                                                                   const HashLimits& limits) {
    auto form = read_stored(stored, limits);
    if (!form) return form.error();
    return PasswordHash(std::move(*form));
}

bool PasswordHash::verify(const Secret& password) const {
    if (password.empty()) return false;
    return std::visit([&](const auto& form) { return matches(form, password.reveal()); }, form_);
}

HashWork PasswordHash::work() const {
    return std::visit([](const auto& form) { return work_of(form); }, form_);
}

bool PasswordHash::is_outdated(const HashCost& wanted) const {
    const auto* argon2 = std::get_if<Argon2>(&form_);
    return argon2 == nullptr || argon2->variant != Argon2::Variant::id ||
           argon2->version != Argon2().version || argon2->memory_kib < wanted.memory_kib ||
           argon2->passes < wanted.passes || argon2->salt.size() < fresh_salt_size ||
           argon2->hash.size() < fresh_hash_size;
}

std::string hash_password(const Secret& password, const HashCost& cost) {
    Argon2 argon2{.variant = Argon2::Variant::id,
                  .memory_kib = cost.memory_kib,
                  .passes = cost.passes,
                  .lanes = cost.lanes,
                  .salt = random_octets(fresh_salt_size),
                  .hash = std::string(fresh_hash_size, '\0')};
    argon2.hash = compute_argon2(argon2, password.reveal());
    return format_argon2(argon2);
}

}  // namespace postern::crypto
