#include "crypto/hkdf.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace postern::crypto {
namespace {

constexpr std::size_t most_blocks = 255;

std::string_view view(const Hmac::Octets& octets) {
    return {octets.data(), octets.size()};
}

// RFC 5869 2.2: the salt is the key, the key is the text.
Hmac extract(std::string_view key, std::string_view salt) {
    auto pseudorandom = Hmac(salt)({key});
    Hmac keyed(view(pseudorandom));
    wipe(pseudorandom);
    return keyed;
}

}  // namespace

Hkdf::Hkdf(std::string_view key, std::string_view salt) : pseudorandom_(extract(key, salt)) {}

// RFC 5869 2.3.
Secret Hkdf::expand(std::initializer_list<std::string_view> purpose, std::size_t size) const {
    if (size > most_blocks * Hmac::size) throw std::invalid_argument("too long a key for HKDF");
    std::string info;
    for (const auto part : purpose)
        info += part;
    std::string octets;
    const WipeAtEnd wiped(octets);
    octets.reserve(size + Hmac::size);
    Hmac::Octets block;
    std::size_t block_size = 0;
    for (char number = 1; octets.size() < size; ++number) {
        const std::string_view before(block.data(), block_size);
        block = pseudorandom_({before, info, {&number, 1}});
        block_size = block.size();
        octets.append(block.data(), block.size());
    }
    wipe(block);
    return Secret(std::string_view(octets).substr(0, size));
}

}  // namespace postern::crypto
