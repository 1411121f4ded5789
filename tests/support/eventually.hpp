#pragma once

#include <chrono>
#include <thread>

namespace postern::test {

// Asks until the answer is yes: true, or `patience` is over: false. For what another process does
// in its own time and tells nobody; never a substitute for reading a reply.
template <class Predicate>
bool eventually(Predicate holds, std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

}  // namespace postern::test
