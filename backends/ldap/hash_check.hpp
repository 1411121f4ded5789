#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/hash_pool.hpp"
#include "crypto/password_hash.hpp"
#include "directory/recent_successes.hpp"
#include "identity/credentials.hpp"
#include "ldap/verdict.hpp"

namespace postern::ldap {

// Checks a password against the hashes of an entry, on the hash pool. Who has none is checked
// against those of somebody who was asked about before, and the outcome is forgotten: time does not
// tell who is known here.
class HashCheck {
 public:
    HashCheck(crypto::HashPool& pool, crypto::HashLimits limits) : pool_(pool), limits_(limits) {}

    // `stored`: the values of the attribute. Unavailable{question}: one of them is in a form that
    // we cannot check and no other one fits; Unavailable{busy}: the pool is full.
    net::Task<BindVerdict> check(std::vector<std::string> stored,
                                 const identity::Credentials& credentials);

 private:
    using Hashes = std::shared_ptr<const std::vector<crypto::PasswordHash>>;
    net::Task<std::optional<bool>> verify(Hashes hashes, const identity::Credentials& credentials);

    crypto::HashPool& pool_;
    crypto::HashLimits limits_;
    Hashes decoy_;
    directory::RecentSuccesses recent_;
};

}  // namespace postern::ldap
