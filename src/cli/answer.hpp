#pragma once

#include <chrono>

#include "identity/auth_result.hpp"

namespace postern::cli {

// Prints an answer as people read it; returns the exit status that belongs to it.
int print(const identity::AuthResult& answer, std::chrono::milliseconds took);
int print(const identity::LookupResult& answer, std::chrono::milliseconds took);

}  // namespace postern::cli
