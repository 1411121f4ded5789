#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"

namespace postern::crypto {

// AES-256-GCM (NIST SP 800-38D) with a random nonce in front and the tag behind. `context` is not
// in the box but has to be the same when it is opened. One key seals at most 2^32 boxes.
constexpr std::size_t box_key_size = 32;
constexpr std::size_t box_overhead = 12 + 16;

// Throw std::invalid_argument on a key of another size, std::runtime_error where the library
// refuses. nullopt: not a box of this key and context, or not as it was sealed.
std::string seal_box(const Secret& key, std::string_view context, std::string_view plain);
std::optional<std::string> open_box(const Secret& key, std::string_view context,
                                    std::string_view box);

}  // namespace postern::crypto
