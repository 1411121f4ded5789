#include "crypto/sip_hash.hpp"

#include <bit>
#include <cstring>
#include <string>

#include "crypto/random.hpp"

namespace postern::crypto {
namespace {

struct State {
    std::uint64_t v0, v1, v2, v3;

    void round() {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }

    void take(std::uint64_t word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
};

// Little-endian, up to eight octets.
std::uint64_t word_of(std::string_view octets) {
    std::uint64_t word = 0;
    for (std::size_t i = octets.size(); i > 0; --i)
        word = word << 8 | static_cast<std::uint8_t>(octets[i - 1]);
    return word;
}

}  // namespace

SipHash::SipHash() {
    const auto key = random_octets(16);
    std::memcpy(&key0_, key.data(), sizeof key0_);
    std::memcpy(&key1_, key.data() + sizeof key0_, sizeof key1_);
}

std::size_t SipHash::operator()(std::string_view octets) const {
    State state{key0_ ^ 0x736f6d6570736575, key1_ ^ 0x646f72616e646f6d, key0_ ^ 0x6c7967656e657261,
                key1_ ^ 0x7465646279746573};
    const auto length = static_cast<std::uint64_t>(octets.size()) << 56;
    for (; octets.size() >= 8; octets.remove_prefix(8))
        state.take(word_of(octets.substr(0, 8)));
    state.take(length | word_of(octets));
    state.v2 ^= 0xFF;
    for (int i = 0; i < 4; ++i)
        state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace postern::crypto
