#pragma once

#include <optional>
#include <span>
#include <string>

#include "identity/login.hpp"
#include "ldap/template_text.hpp"

namespace postern::ldap {

// A login as templates ask about it.
struct LoginForm {
    Values values;  // username, local; domain where the login has one
    // It was CORP\jane: the username is a sAMAccountName and no other name.
    bool is_netbios = false;
};

// `netbios_domains` are those of bind.auth.netbios-domains, in any case. Without them a "\" is a
// character as any other. nullopt: of another domain, or with a second "\" or an "@" behind it, so
// nobody's: the same account name stands for somebody else there.
std::optional<LoginForm> form_of(const identity::Login& login,
                                 std::span<const std::string> netbios_domains);

}  // namespace postern::ldap
