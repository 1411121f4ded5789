#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ldap/syntax_error.hpp"

namespace postern::ldap {

// One "type=value" of a DN.
struct AttributeValue {
    std::string_view type;     // view into the text
    std::string_view written;  // the value with its escapes, likewise; without spaces around it
    std::string value;         // its octets; empty for a value in the form "#04024869"
    bool is_hexadecimal = false;
};
using RelativeName = std::vector<AttributeValue>;  // several: "cn=Jane+uid=jane"
using DistinguishedName = std::vector<RelativeName>;

// RFC 4514 section 3, with the spaces around separators that RFC 2253 allows readers to see.
// Nothing older: no quoted values, no ";" between names. The empty DN is none here: nobody is meant
// by it, and a bind with it would be anonymous.
boost::system::result<DistinguishedName, SyntaxError> parse_dn(std::string_view text);
bool looks_like_dn(std::string_view text);

// One spelling for equal DNs, as far as that can be told without the server's schema: attribute
// types and values in lower case, spaces squashed as caseIgnoreMatch does it (RFC 4518 2.6.1),
// escaped by escape_dn_value, parts of a relative name sorted. An attribute type's OID and its name
// stay different, and so do a value and its "#..." form. nullopt: no DN.
std::optional<std::string> normalize_dn(std::string_view text);

// The value of the first part of the first relative name, spelt as in the text: "Sales" of
// "cn=Sales,ou=groups,dc=example". nullopt: no DN, or a value in hexadecimal.
std::optional<std::string> first_rdn_value(std::string_view text);

}  // namespace postern::ldap
