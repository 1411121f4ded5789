#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/hash_pool.hpp"
#include "crypto/password_hash.hpp"
#include "crypto/secret.hpp"
#include "directory/plugin.hpp"
#include "directory/recent_successes.hpp"
#include "identity/auth_result.hpp"
#include "identity/credentials.hpp"

namespace postern::directory {

// The limits of a directory's stored passwords, with its own "allow-weak-schemes".
crypto::HashLimits read_hash_limits(config::Section& section, const BackendContext& context);

// Checks a password against what a backend has stored for an account: hashes on the hash pool,
// plain texts at once. Who has no hash is checked against those of somebody who was asked about
// before, and the outcome is forgotten: time does not tell who is known here. What cannot be
// checked is an event of the log, ten times a minute at most.
class PasswordCheck {
 public:
    // At most so many forms of one account are tried: each may cost a hash.
    static constexpr std::size_t most_secrets = 8;

    struct Proved {
        std::size_t which = 0;     // of the stored forms
        bool is_outdated = false;  // PasswordHash::is_outdated: store a new one while you can
    };
    using Verdict = std::variant<identity::Unavailable, Proved, identity::Reason>;

    PasswordCheck(const BackendContext& context, const crypto::HashLimits& limits);

    // `account`: its name, for the log. `stored`: what it may be proved with; empty for an account
    // that has no password, and for one that does not exist. Unavailable{question}: one of them is
    // in a form that we cannot check and no other one fits; Unavailable{busy}: the pool is full.
    // not_permitted: nothing is stored.
    net::Task<Verdict> check(std::string account, std::vector<crypto::Secret> stored,
                             const identity::Credentials& credentials);

 private:
    struct Candidate {
        std::size_t which;
        crypto::PasswordHash hash;
    };
    using Candidates = std::vector<Candidate>;
    using Shared = std::shared_ptr<const Candidates>;
    // What came out on the pool.
    struct Outcome {
        std::optional<std::size_t> fits;
        bool failed = false;  // one of them could not be computed, and none fits
    };

    Verdict proved(const Candidate& candidate, const identity::Credentials& credentials);
    net::Task<std::optional<Outcome>> try_hashes(Shared hashes,
                                                 const identity::Credentials& credentials);
    identity::Unavailable refuse(const std::string& account, const std::string& why);

    crypto::HashPool& pool_;
    observe::Log& log_;
    std::string directory_;
    crypto::HashLimits limits_;
    crypto::HashCost cost_;
    Shared decoy_;
    RecentSuccesses recent_;
    net::Clock::time_point minute_{};  // of the events: when it began
    unsigned told_ = 0, untold_ = 0;   // in this minute; since the last one that was told
};

}  // namespace postern::directory
