#pragma once

#include <ldap.h>

#include <memory>

#include "ldap/codec.hpp"
#include "ldap/detached_ldap.hpp"

namespace postern::ldap {

// What libldap has understood of the octets that a server sent. All throw ProtocolError when that
// is no LDAP, or says that the server disconnects.
using LdapMessage = std::unique_ptr<LDAPMessage, decltype(&ldap_msgfree)>;

// The next message that is complete, or with LDAP_MSG_ALL the next answer; nullptr: there is none.
LdapMessage receive(DetachedLdap& ldap, int how_much);
Message read_message(LDAP* ldap, LDAPMessage* whole);
Part read_part(LDAP* ldap, LDAPMessage* one);

}  // namespace postern::ldap
