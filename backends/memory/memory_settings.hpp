// memory: the directory that stands in the settings themselves. memory_settings reads its accounts,
// memory_directory answers from them. Owned and touched by the directory's one thread; password
// hashes are computed on the hash pool, which gets immutable accounts only.
#pragma once

#include <vector>

#include "config/section.hpp"
#include "crypto/password_hash.hpp"
#include "identity/principal.hpp"

namespace postern::memory {

// One [[directory."x".principals]].
struct Account {
    identity::Principal principal;
    std::vector<crypto::PasswordHash> secrets;  // each of them opens the account
    bool is_person = true;                      // groups, lists and resources cannot log in
    bool disabled = false;
};

// The accounts of a [directory."x"] section. What is wrong becomes a Problem, which never shows a
// secret; an account with a mistake may be left out or incomplete.
std::vector<Account> read_accounts(config::Section& section, const crypto::HashLimits& limits);

}  // namespace postern::memory
