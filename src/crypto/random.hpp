#pragma once

#include <cstddef>
#include <string>

namespace postern::crypto {

// Octets nobody can guess. Throws std::runtime_error when the system has no randomness to give.
std::string random_octets(std::size_t count);

// A name nobody else has drawn: 80 random bits as 16 characters of a-z and 2-7 (RFC 4648 section 6
// in lower case), safe in file names and log lines.
std::string random_id();

}  // namespace postern::crypto
