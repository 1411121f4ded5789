#pragma once

#include <functional>
#include <latch>
#include <memory>

#include "crypto/hash_pool.hpp"
#include "support/eventually.hpp"

namespace postern::test {

// A job that keeps a thread of a pool busy until it is released, which happens at the latest when
// the blocker goes. The job may outlive it.
class PoolBlocker {
 public:
    PoolBlocker() = default;
    ~PoolBlocker() { release(); }
    PoolBlocker(const PoolBlocker&) = delete;
    PoolBlocker& operator=(const PoolBlocker&) = delete;

    std::function<void()> job() const {
        return [state = state_] {
            state->running.count_down();
            state->released.wait();
        };
    }
    bool runs() const {
        return eventually([this] { return state_->running.try_wait(); });
    }
    void release() {
        if (!state_->released.try_wait()) state_->released.count_down();
    }

    // Takes a thread of the pool, as soon as there is one; true when the job runs.
    bool occupy(crypto::HashPool& pool) const {
        const auto known = crypto::HashPool::Standing::known;
        return eventually([&] { return pool.submit(known, 0, job()); }) && runs();
    }

 private:
    struct State {
        std::latch running{1}, released{1};
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace postern::test
