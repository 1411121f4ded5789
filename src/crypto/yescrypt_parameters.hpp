#pragma once

#include <optional>
#include <string_view>

#include "crypto/scrypt_cost.hpp"

namespace postern::crypto {

// What stands between "$y$" and the next "$": "j9T" is flavour, N and r, more may follow. nullopt:
// it is not of that form, or asks for what libxcrypt does not do (a ROM, upgrades, other flavours).
std::optional<ScryptCost> read_yescrypt_parameters(std::string_view text);

// Base64 of yescrypt's own kind, up to 64 octets, unused bits zero: libxcrypt refuses anything
// else.
bool is_yescrypt_salt(std::string_view text);

// The eleven letters behind "$7$": N, r and p.
std::optional<ScryptCost> read_crypt_scrypt_parameters(std::string_view text);

}  // namespace postern::crypto
