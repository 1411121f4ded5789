// ldap: asks an LDAP server (OpenLDAP, Active Directory, 389-DS, ...) who somebody is. Pure, tested
// by tables and fuzzed: escape, filter_template, dn_template (what is asked), verdict (what the
// answer means), principal_reader (whom an entry describes), content_sync and known_entries (what
// changes mean). I/O: codec (libldap as a codec between octets and messages, no socket),
// connection, server, ldap_directory (the question), follower (who hears changes). All of it lives
// on the directory's one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::ldap {

// draft-behera-ldap-password-policy-10, section 6.2: what the server adds to its answer to a bind.
struct PasswordPolicy {
    enum class Error : std::uint8_t {
        password_expired = 0,
        account_locked = 1,
        change_after_reset = 2,
        other = 3,  // they concern changes of passwords, not binds
    };
    std::optional<Error> error;
    std::optional<std::int32_t> grace_logins;  // left, after this one
};

// LDAPResult, RFC 4511 4.1.9.
struct Answer {
    int code = 80;  // other: an answer that nobody filled in is none
    std::string
        diagnostic;  // the server's words, for logs only; Active Directory hides a code in it
    std::optional<PasswordPolicy> policy;
};

// RFC 4512 2.5: attribute names compare without case.
struct AttributeLess {
    using is_transparent = void;
    bool operator()(std::string_view left, std::string_view right) const;
};

// One entry of a search. Values are octets as the server sent them.
struct Entry {
    std::string dn;
    std::map<std::string, std::vector<std::string>, AttributeLess> attributes;

    // The values of an attribute, options (";binary", ";range=0-1499") aside; none: empty.
    std::vector<std::string> values(std::string_view attribute) const;
};

}  // namespace postern::ldap
