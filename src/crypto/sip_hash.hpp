#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postern::crypto {

// SipHash-2-4 (Aumasson and Bernstein) with a key of its own: for tables whose keys strangers
// choose, who could otherwise choose such that all fall into one bucket.
class SipHash {
 public:
    using is_transparent = void;

    SipHash();  // a random key
    SipHash(std::uint64_t key0, std::uint64_t key1) : key0_(key0), key1_(key1) {}

    std::size_t operator()(std::string_view octets) const;

 private:
    std::uint64_t key0_, key1_;
};

}  // namespace postern::crypto
