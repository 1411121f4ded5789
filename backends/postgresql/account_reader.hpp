#pragma once

#include "postgresql/account_connection.hpp"

namespace postern::postgresql {

// What directory::Administration::account and list promise.
directory::Account read_account(AccountConnection& connection, const std::string& name);
std::vector<directory::Account> read_accounts(AccountConnection& connection,
                                              std::string_view pattern, std::string_view after,
                                              std::size_t most, bool secrets);

// Addresses of an account, inside the caller's transaction. What it has already is left as it is;
// the first full one is its primary where it has none. Throws conflict naming the first address
// that is somebody else's.
void add_to(AccountConnection& connection, const std::string& name,
            std::span<const std::string> addresses);
void make_primary(AccountConnection& connection, const std::string& name,
                  const std::string& address);

}  // namespace postern::postgresql
