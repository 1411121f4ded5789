#pragma once

#include <string>

#include "crypto/secret.hpp"

namespace postern::cli {

// A password from the terminal, without echo, or the first line of standard input. Throws when
// there is none.
crypto::Secret read_password(const std::string& prompt);

}  // namespace postern::cli
