#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "identity/principal.hpp"
#include "ldap/answer.hpp"
#include "ldap/attribute_settings.hpp"

namespace postern::ldap {

// What Principal::groups holds: normalised DNs, or names, which are shorter and mean whichever
// group of that name, wherever in the directory it stands.
enum class GroupNames : std::uint8_t { dn, name };

// Whom an entry describes.
struct Reading {
    identity::Principal principal;
    std::vector<std::string> group_dns;      // as the server spells them
    std::vector<std::string> delegator_dns;  // who lets it send on their behalf
    // Only to be told behind a right password.
    bool is_disabled = false;
    bool is_person = true;
    std::size_t ignored_values = 0;  // neither address nor DN nor text, whichever was expected
};

// The principal of one entry, from nothing else. What its owner may write there decides nothing but
// its own attribute: a bad value is left out, of more than 10,000 of a kind the first count. The
// error is a sentence: no name, or one that cannot be a login's, or no telling whether the account
// is closed.
boost::system::result<Reading, std::string> read_principal(const Entry& entry,
                                                           const AttributeSettings& settings,
                                                           GroupNames groups);

// Of an entry that need not be an account: a group, somebody's superior.
std::vector<std::string> addresses_of(const Entry& entry, const AttributeSettings& settings);

}  // namespace postern::ldap
