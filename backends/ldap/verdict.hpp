#pragma once

#include <optional>
#include <variant>

#include "identity/auth_result.hpp"
#include "ldap/answer.hpp"

namespace postern::ldap {

// What a server's answers mean. One rule for all that is not listed: Unavailable. Its scope is
// `directory` only where the words are about the server, so that nobody can take a directory down
// for others by the login he types; its `why` names the code and has the server's words.

// The password is right and opens the account.
struct Proved {};

// The answer to a user's bind. `disabled`, which the client hears, comes only from servers that say
// so behind a right password.
using BindVerdict = std::variant<identity::Unavailable, Proved, identity::Reason>;
BindVerdict judge_bind(const Answer& answer);

// The answer to our own bind; nullopt: we are in. A refusal is a fault of the directory: no login
// can be answered, and none is to blame.
std::optional<identity::Unavailable> judge_service_bind(const Answer& answer);

// The answer to a search; nullopt: its entries are all there are. Ask `is_cut_short` and `is_gone`
// first where they have a meaning of their own.
std::optional<identity::Unavailable> judge_search(const Answer& answer);

// There were more entries than we asked for.
bool is_cut_short(const Answer& answer);
// The entry that was read by its DN is no more.
bool is_gone(const Answer& answer);

}  // namespace postern::ldap
