#include "crypto/argon2.hpp"

#include <argon2.h>
#include <fmt/format.h>

#include <limits>
#include <new>
#include <optional>
#include <stdexcept>

#include "crypto/base64.hpp"
#include "crypto/hash_text.hpp"
#include "crypto/secret.hpp"

namespace postern::crypto {
namespace {

constexpr std::uint32_t first_version = ARGON2_VERSION_10;
constexpr std::uint32_t current_version = ARGON2_VERSION_13;

constexpr SizeRange salt_size{8, 64};
constexpr SizeRange hash_size{4, 128};

std::optional<Argon2::Variant> to_variant(std::string_view name) {
    if (name == "d") return Argon2::Variant::d;
    if (name == "i") return Argon2::Variant::i;
    if (name == "id") return Argon2::Variant::id;
    return std::nullopt;
}

const char* to_string(Argon2::Variant variant) {
    switch (variant) {
        case Argon2::Variant::d:
            return "d";
        case Argon2::Variant::i:
            return "i";
        case Argon2::Variant::id:
            return "id";
    }
    return "id";
}

argon2_type to_type(Argon2::Variant variant) {
    switch (variant) {
        case Argon2::Variant::d:
            return Argon2_d;
        case Argon2::Variant::i:
            return Argon2_i;
        case Argon2::Variant::id:
            return Argon2_id;
    }
    return Argon2_id;
}

std::optional<std::uint32_t> take_version(std::string_view& rest) {
    if (!skip(rest, "v=")) return first_version;
    const auto version = take_number(rest);
    if (!version || !skip(rest, "$")) return std::nullopt;
    if (*version != first_version && *version != current_version) return std::nullopt;
    return version;
}

bool take_parameters(std::string_view& rest, Argon2& argon2) {
    struct Parameter {
        std::string_view name;
        std::uint32_t& value;
    };
    for (const auto& [name, value] :
         {Parameter{"m=", argon2.memory_kib}, Parameter{",t=", argon2.passes},
          Parameter{",p=", argon2.lanes}}) {
        if (!skip(rest, name)) return false;
        const auto number = take_number(rest);
        if (!number) return false;
        value = *number;
    }
    return skip(rest, "$");
}

std::uint8_t* writable(std::string_view octets) {
    // argon2 changes neither password nor salt without the flags that ask for it.
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(octets.data()));
}

}  // namespace

boost::system::result<Argon2, HashError> parse_argon2(std::string_view phc,
                                                      const HashLimits& limits) {
    auto rest = phc;
    if (!skip(rest, "$argon2")) return HashError::unknown_scheme;
    const auto name = rest.substr(0, rest.find('$'));
    const auto variant = to_variant(name);
    if (!variant) return HashError::unknown_scheme;
    rest.remove_prefix(name.size());
    if (!skip(rest, "$")) return HashError::malformed;

    Argon2 argon2{.variant = *variant};
    const auto version = take_version(rest);
    if (!version || !take_parameters(rest, argon2)) return HashError::malformed;
    argon2.version = *version;
    if (argon2.memory_kib > limits.memory_kib || argon2.passes > limits.passes ||
        argon2.lanes > limits.lanes) {
        return HashError::too_expensive;
    }
    // RFC 9106 3.1: at least 8 KiB for each lane
    if (argon2.passes == 0 || argon2.lanes == 0 ||
        argon2.memory_kib < std::uint64_t{8} * argon2.lanes) {
        return HashError::malformed;
    }

    auto salt = decode_unpadded(take_field(rest).value_or(""), salt_size);
    auto hash = decode_unpadded(rest, hash_size);
    if (!salt || !hash) return HashError::malformed;
    argon2.salt = std::move(*salt);
    argon2.hash = std::move(*hash);
    return argon2;
}

std::string format_argon2(const Argon2& argon2) {
    return fmt::format("$argon2{}$v={}$m={},t={},p={}${}${}", to_string(argon2.variant),
                       argon2.version, argon2.memory_kib, argon2.passes, argon2.lanes,
                       base64_encode_unpadded(argon2.salt), base64_encode_unpadded(argon2.hash));
}

std::string compute_argon2(const Argon2& argon2, std::string_view password) {
    if (password.size() > std::numeric_limits<std::uint32_t>::max()) {
        throw std::runtime_error("argon2: password too long");
    }
    std::string hash(argon2.hash.size(), '\0');
    argon2_context context{
        .out = reinterpret_cast<std::uint8_t*>(hash.data()),
        .outlen = static_cast<std::uint32_t>(hash.size()),
        .pwd = writable(password),
        .pwdlen = static_cast<std::uint32_t>(password.size()),
        .salt = writable(argon2.salt),
        .saltlen = static_cast<std::uint32_t>(argon2.salt.size()),
        .secret = nullptr,
        .secretlen = 0,
        .ad = nullptr,
        .adlen = 0,
        .t_cost = argon2.passes,
        .m_cost = argon2.memory_kib,
        .lanes = argon2.lanes,
        .threads = 1,  // a stored hash cannot ask for a storm of threads; the result is the same
        .version = argon2.version,
        .allocate_cbk = nullptr,
        .free_cbk = nullptr,
        .flags = ARGON2_DEFAULT_FLAGS,
    };
    const int status = argon2_ctx(&context, to_type(argon2.variant));
    if (status == ARGON2_MEMORY_ALLOCATION_ERROR) throw std::bad_alloc();
    if (status != ARGON2_OK) {
        throw std::runtime_error(fmt::format("argon2: {}", argon2_error_message(status)));
    }
    return hash;
}

bool matches(const Argon2& stored, std::string_view password) {
    auto computed = compute_argon2(stored, password);
    const WipeAtEnd wiped(computed);
    return constant_time_equal(computed, stored.hash);
}

HashWork work_of(const Argon2& stored) {
    return {std::size_t{stored.memory_kib} * 1024,
            std::uint64_t{stored.memory_kib} * stored.passes};
}

}  // namespace postern::crypto
