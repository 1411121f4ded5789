#include "crypto/random.hpp"

#include <openssl/rand.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string_view>

namespace postern::crypto {
namespace {

constexpr std::string_view base32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t id_size = 16;

}  // namespace

std::string random_octets(std::size_t count) {
    std::string octets(count, '\0');
    auto* data = reinterpret_cast<unsigned char*>(octets.data());
    if (count > std::numeric_limits<int>::max() || RAND_bytes(data, static_cast<int>(count)) != 1) {
        throw std::runtime_error("no random octets to be had");
    }
    return octets;
}

std::string random_id() {
    // A whole octet for each character: the alphabet divides 256, so none is likelier than another.
    auto id = random_octets(id_size);
    for (char& octet : id)
        octet = base32[static_cast<std::uint8_t>(octet) % base32.size()];
    return id;
}

}  // namespace postern::crypto
