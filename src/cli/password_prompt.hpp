#pragma once

#include <optional>
#include <string>

#include "crypto/secret.hpp"

namespace postern::cli {

// A password from the terminal, without echo, or the first line of standard input. nullopt: there
// is none, which is told on standard error.
std::optional<crypto::Secret> read_password(const std::string& prompt);
// The same for a new one: at the terminal it is typed twice. nullopt also when the two differ.
std::optional<crypto::Secret> read_new_password();

}  // namespace postern::cli
