#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "cache/counters.hpp"
#include "directory/decorator.hpp"

namespace postern::directory {

struct GuardSettings {
    // Wrong passwords for one account that may reach the directory from one network, and from all
    // networks together where the account has not succeeded lately; at least 1.
    std::uint64_t failures = 4, total = 4;
    // After so long without a further one they are forgotten.
    std::chrono::milliseconds quiet = std::chrono::minutes(35);
};

// The lockout guard: directories lock an account after some wrong passwords, so a stale phone, or
// anybody in the world, can lock somebody out. Beyond its limits the directory is not asked:
// Unavailable{held}, for nobody has checked that password. Whoever has a password that was right
// before (Credentials::remembered) always passes.
class Guarded final : public Decorator {
 public:
    // `counters` live on the directory's thread; other gateways may share what they count.
    Guarded(std::unique_ptr<Directory> inner, const GuardSettings& settings,
            std::shared_ptr<cache::Counters> counters);
    ~Guarded() override;
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;

 private:
    class Asking;
    class Visit;
    struct Standing {
        std::uint64_t allowed = 0;   // further wrong passwords that may reach the directory
        bool succeeds_here = false;  // lately, from this network
    };
    net::Task<Standing> standing_of(const identity::Credentials& credentials);
    void learn(const identity::AuthResult& answer, const identity::Credentials& credentials,
               const Standing& standing);

    GuardSettings settings_;
    std::shared_ptr<cache::Counters> counters_;
    std::shared_ptr<Asking> asking_;
};

}  // namespace postern::directory
