#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "directory/plugin.hpp"
#include "directory/recent_successes.hpp"
#include "memory/memory_settings.hpp"

namespace postern::memory {

// Answers from the accounts of the settings. A login is a principal's name or one of its addresses;
// a name counts before an address, and an address that two principals share logs nobody in. Every
// refusal costs the same work, whether the login is known or not.
class MemoryDirectory final : public directory::Directory {
 public:
    MemoryDirectory(crypto::HashPool& hash_pool, std::vector<Account> accounts);
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    directory::Capabilities capabilities() const override { return capabilities_; }

 private:
    using AccountPtr = std::shared_ptr<const Account>;  // shared with running jobs of the hash pool

    void index(const std::vector<AccountPtr>& accounts);
    AccountPtr find(const identity::Login& login) const;
    net::Task<std::optional<bool>> check_hashes(AccountPtr account,
                                                const identity::Credentials& credentials);

    crypto::HashPool& hash_pool_;
    std::unordered_map<std::string, AccountPtr> by_login_;
    AccountPtr
        decoy_;  // whose secrets cost most to check: what an unknown login is checked against
    directory::Capabilities capabilities_;
    directory::RecentSuccesses recent_;
};

}  // namespace postern::memory
