#pragma once

#include <string>
#include <vector>

#include "config/section.hpp"

namespace postern::ldap {

// Which attributes of an entry mean what; the defaults fit OpenLDAP's inetOrgPerson.
struct AttributeSettings {
    std::vector<std::string> name{"uid"};         // the first that is there
    std::vector<std::string> email{"mail"};       // addresses, primary first
    std::vector<std::string> email_alias;         // further addresses
    std::vector<std::string> groups{"memberOf"};  // DNs, or names
    std::vector<std::string> secret{"userPassword"};
    std::vector<std::string> description;
    std::vector<std::string> class_names{"objectClass"};
    std::vector<std::string> on_behalf_of;  // addresses, or DNs of who lets one send for him
    std::vector<std::string> further;       // for attr('...')
    // What is another one whenever the entry has changed. entryCSN tells two changes of one second
    // apart, pwdLastSet does so for passwords.
    std::vector<std::string> changed{"pwdChangedTime", "pwdLastSet", "entryCSN", "modifyTimestamp"};

    // From a [directory."x".attributes] table. What is wrong becomes a Problem and is left out.
    static AttributeSettings read(config::Section& attributes);

    // What a search asks for: all but the secret, each once, and what tells that an account is
    // closed, which a lookup learns from nobody else.
    std::vector<std::string> wanted() const;
    std::vector<std::string> wanted_with_secret() const;
};

}  // namespace postern::ldap
