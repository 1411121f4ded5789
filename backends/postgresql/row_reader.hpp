#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"
#include "identity/auth_result.hpp"
#include "postgresql/result_shape.hpp"

namespace postern::postgresql {

// Rows as accounts. Rows that cannot be understood are an error: nobody is let in, or refused, on a
// guess.

// One password of an account.
struct StoredSecret {
    crypto::Secret hash;
    std::string id;                          // of an app password; empty: an ordinary one
    std::optional<identity::Reason> closed;  // why it opens nothing though it may be right
};

struct Account {
    std::string name;  // the database's spelling
    std::optional<identity::Reason> closed;
    std::vector<StoredSecret> secrets;
};

struct Misread {
    std::string why;            // for the log, with nothing in it that may be secret
    bool is_ambiguous = false;  // several accounts for one login
};

template <class T>
using Read = boost::system::result<T, Misread>;

// nullopt: nobody. `rows` loses its secrets, which are wiped there.
Read<std::optional<Account>> read_account(Rows& rows, bool with_secrets);

// Those against which `password` is to be checked: of the app passwords the one whose id begins it,
// followed by "-", and then no other; without such a one all ordinary ones.
std::vector<const StoredSecret*> secrets_for(const Account& account, std::string_view password);

// Of query.login: what the account is called in the other queries. nullopt: nobody.
Read<std::optional<std::string>> read_login(const Rows& rows);

// Mailboxes in their normal form, each once, in the order of the rows; `or_domains`: also
// "@example.org".
Read<std::vector<std::string>> read_addresses(const Rows& rows, bool or_domains);
Read<std::vector<std::string>> read_groups(const Rows& rows);

// Of query.list, where a row is an account.
struct ListedRow {
    std::string name;       // empty: it has none
    crypto::Secret secret;  // empty: it has none
    std::optional<identity::Reason> closed;
    std::string mistake;  // what cannot be understood of it
};
// `rows` loses its secrets. The error is about all of them.
Read<std::vector<ListedRow>> read_list(Rows& rows);

// Of query.adopt: whether an account was made, its only column.
Read<bool> read_adopted(const Rows& rows);

}  // namespace postern::postgresql
