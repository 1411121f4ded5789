#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "crypto/hash_pool.hpp"
#include "crypto/password_hash.hpp"
#include "directory/recent_successes.hpp"
#include "identity/auth_result.hpp"
#include "identity/credentials.hpp"
#include "net/task.hpp"

namespace postern::postgresql {

// Checks a password against the hashes of an account, on the hash pool. Who has none is checked
// against those of somebody who was asked about before, and the outcome is forgotten: time does not
// tell who is known here.
class HashCheck {
 public:
    HashCheck(crypto::HashPool& pool, crypto::HashLimits limits) : pool_(pool), limits_(limits) {}

    struct Wrong {};
    // Which of the stored ones fits. Unavailable{question}: one of them is in a form that we cannot
    // check and no other one fits; Unavailable{busy}: the pool is full.
    using Verdict = std::variant<identity::Unavailable, std::size_t, Wrong>;
    net::Task<Verdict> check(std::vector<const crypto::Secret*> stored,
                             const identity::Credentials& credentials);

 private:
    struct Known {
        crypto::PasswordHash hash;
        std::size_t index;  // among the stored ones
    };
    using Hashes = std::shared_ptr<const std::vector<Known>>;
    // The index of the one that fits, `none_fits`, or nullopt: the pool is full.
    net::Task<std::optional<std::size_t>> verify(Hashes hashes,
                                                 const identity::Credentials& credentials);

    crypto::HashPool& pool_;
    crypto::HashLimits limits_;
    Hashes decoy_;
    directory::RecentSuccesses recent_;
};

}  // namespace postern::postgresql
