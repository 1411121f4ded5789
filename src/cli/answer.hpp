#pragma once

#include "identity/auth_result.hpp"
#include "net/task.hpp"

namespace postern::cli {

// Runs from the moment it is made.
struct Stopwatch {
    net::Clock::time_point begun = net::Clock::now();
};

// Prints an answer as people read it, and how long they waited for it; returns the exit status that
// belongs to it.
int print(const identity::AuthResult& answer, const Stopwatch& watch);
int print(const identity::LookupResult& answer, const Stopwatch& watch);

}  // namespace postern::cli
