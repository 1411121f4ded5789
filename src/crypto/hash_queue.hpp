#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>

#include "crypto/hash_pool.hpp"

namespace postern::crypto {

// The decisions of the hash pool without its threads: who is taken in, who waits, whose turn it is.
//
// Known jobs go first, but a stranger at the head of its line is overtaken at most `patience`
// times. The job whose turn it is waits for the memory it needs and no smaller one slips past it,
// so a large job is never starved; it can only wait for what runs already.
class HashQueue {
 public:
    static constexpr unsigned patience = 8;

    struct Job {
        std::size_t memory = 0;
        std::function<void()> run;
        std::chrono::steady_clock::time_point offered{};
    };

    // `slots`: how many jobs run at the same time.
    HashQueue(unsigned slots, std::size_t waiting, std::size_t memory)
        : slots_(slots), waiting_(waiting), memory_(memory) {}

    // False, and `job` is left as it is, when it would have to wait and there is no room to.
    bool offer(HashPool::Standing standing, Job& job);
    // The next job to run now: its slot and its memory are taken until `finished` gives them back.
    std::optional<Job> take();
    void finished(std::size_t memory);
    // All jobs that have not been taken, for the caller to destroy where it likes.
    std::deque<Job> drop();

    bool ready() const { return !ready_.empty(); }
    // Jobs that have not been taken.
    std::size_t size() const { return known_.size() + fresh_.size() + ready_.size(); }

 private:
    std::deque<Job>* turn();
    void admit();
    bool overfull() const;

    unsigned slots_;
    std::size_t waiting_, memory_;
    std::deque<Job> known_, fresh_;  // waiting
    std::deque<Job> ready_;          // admitted, not yet taken
    unsigned admitted_ = 0;          // ready or running
    std::size_t memory_taken_ = 0;
    unsigned overtaken_ = 0;  // how often the head of `fresh_` was
};

}  // namespace postern::crypto
