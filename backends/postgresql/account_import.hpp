#pragma once

#include "postgresql/account_connection.hpp"

namespace postern::postgresql {

// What directory::Administration::import promises: the accounts go into temporary tables by COPY,
// and from there by a handful of statements over all of them, in one transaction.
std::vector<directory::ImportOutcome> import_accounts(AccountConnection& connection,
                                                      std::span<const directory::Account> accounts,
                                                      bool dry_run);

}  // namespace postern::postgresql
