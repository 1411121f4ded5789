// What directories that are made of others (Chain, Migrating) think of their answers.
#pragma once

#include <variant>

#include "directory/directory.hpp"

namespace postern::directory {

// Every other "no" is the last word of who says it.
template <class Result>
bool is_unknown(const Result& answer) {
    const auto* rejected = std::get_if<identity::Rejected>(&answer);
    return rejected != nullptr && rejected->reason == identity::Reason::unknown_user;
}

// Of a directory that lists no addresses: the account's name becomes one of them, when it is an
// address. What somebody owns is then the same whether it was listed or not.
void list_own_name(const Capabilities& can, identity::AuthResult& answer);
void list_own_name(const Capabilities& can, identity::LookupResult& answer);

}  // namespace postern::directory
