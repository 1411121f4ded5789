#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/secret.hpp"
#include "identity/auth_result.hpp"
#include "identity/principal.hpp"

namespace postern::directory {

// One account as a directory lists it, for somebody who takes it elsewhere.
struct ListedAccount {
    std::string entry;  // what it is called there: a DN, a name; for people to read
    identity::Principal principal;
    std::vector<crypto::Secret> secrets;     // as they are stored; empty: none, or none is shown
    std::optional<identity::Reason> closed;  // why nobody can log in with it
    std::size_t ignored_values = 0;          // that are none of what was expected there
    std::string mistake;  // why it cannot be told who that is; the others may be empty then
};

struct AccountPage {
    std::vector<ListedAccount> accounts;  // perhaps none, and others behind
    std::string cursor;                   // where the next page begins; empty: this was the last
};

struct PageWanted {
    std::string cursor;  // of the page before; empty: the first one
    std::size_t most = 500;
};

using ListResult = std::variant<identity::Unavailable, AccountPage>;

// How long a page may take. Nobody waits at a login for it.
inline constexpr std::chrono::minutes listed_within(1);

}  // namespace postern::directory
