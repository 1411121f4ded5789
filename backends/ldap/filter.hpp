#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ldap/syntax_error.hpp"

namespace postern::ldap {

// What there is to know about a filter's text before it is sent: where its assertion values stand.
struct Filter {
    // As they are written, escapes and all, in their order: views into the text. A substrings
    // filter has one for each piece between its asterisks, a presence filter has none.
    std::vector<std::string_view> values;
    // The text with "?" in the place of each value: filters of one shape ask the same question of
    // other values.
    std::string shape;
};

// RFC 4515, all of it and no more: no spaces between filters, no filter without its parentheses. At
// most 50 filters inside each other.
boost::system::result<Filter, SyntaxError> parse_filter(std::string_view text);

// The octets that an assertion value stands for; nullopt when its escapes are none.
std::optional<std::string> unescape_filter_value(std::string_view written);

}  // namespace postern::ldap
