#pragma once

#include <optional>
#include <string>

#include "directory/domains.hpp"
#include "identity/login.hpp"
#include "identity/principal.hpp"

namespace postern::remote {

// Whose logins a server may vouch for: a provider says yes to all its customers, and they must not
// become ours.
struct LoginRules {
    std::string domain;          // completes a login that has none; empty: it stays bare
    directory::Domains domains;  // "*": every login, bare ones too

    // Who would log in so, by the name that the server is asked about: an address where it is one.
    // nullopt: nobody of ours.
    std::optional<identity::Principal> principal_of(const identity::Login& login) const;
};

}  // namespace postern::remote
