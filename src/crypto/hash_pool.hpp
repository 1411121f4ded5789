#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "observe/measures.hpp"

namespace postern::crypto {

struct HashPoolSettings {
    unsigned threads = 0;                    // 0: half the cores, at least one
    std::size_t queue = 64;                  // jobs waiting, known and new together
    std::size_t memory = 256 * 1024 * 1024;  // octets that running jobs may take together

    friend bool operator==(const HashPoolSettings&, const HashPoolSettings&) = default;
};

// The one bounded pool for password hashing. Two queues: who succeeded lately (`known`) goes first
// and strangers (`fresh`) may hold at most half of the queue, so a flood of strangers shuts nobody
// out; HashQueue has the rules. Its threads keep to the last processors, never the first of
// several. Thread-safe. The destructor waits for running jobs and drops those that wait without
// running them.
class HashPool {
 public:
    enum class Standing : std::uint8_t { known, fresh };

    explicit HashPool(const HashPoolSettings& settings);
    ~HashPool();
    HashPool(const HashPool&) = delete;
    HashPool& operator=(const HashPool&) = delete;

    // Runs `job` on a pool thread once `memory` octets of the budget are free. False, at once and
    // without running it, when the queue is full or `memory` exceeds the whole budget: the caller
    // answers "busy". `job` must not throw.
    bool submit(Standing standing, std::size_t memory, std::function<void()> job);

    struct Figures {
        std::size_t running = 0, waiting = 0;  // now
        std::uint64_t refused = 0;             // until now
        observe::Histogram::Snapshot waited;   // from `submit` to the first step
    };
    Figures figures() const;

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace postern::crypto
