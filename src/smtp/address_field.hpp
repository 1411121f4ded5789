#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "address/mailbox.hpp"

namespace postern::smtp {

// One mailbox of a header field.
struct WrittenMailbox {
    address::Mailbox mailbox;
    std::string text;  // the addr-spec as written, without comments and blanks around its "@"

    friend bool operator==(const WrittenMailbox&, const WrittenMailbox&) = default;
};

enum class AddressFieldError : std::uint8_t {
    syntax,           // not all of it is RFC 5322 3.4; some of the obsolete forms count as that
    not_text,         // invalid UTF-8, or a control character
    eight_bit,        // UTF-8 without SMTPUTF8
    no_mailbox,       // nothing, or an empty group
    no_domain,        // MTAs put their own behind it
    source_route,     // "<@a.example:jane@x.example>"
    encoded_address,  // "=?" inside an addr-spec
    comment_too_deep,
    too_many_mailboxes,
    several_senders,  // Sender and Resent-Sender have one mailbox
    ambiguous,        // some readers might see another address in it
};
const char* to_string(AddressFieldError error);

// The mailboxes of a From, Sender, Resent-From or Resent-Sender: its body, folded as it came. At
// least one.
//
// RFC 5322 3.4 with RFC 6854 (groups) and RFC 6532 (UTF-8); of the obsolete forms only the dot in a
// display name ("Jane Q. Doe <...>"), which everybody writes. The others (routes, blanks or
// comments around the dots of an addr-spec, empty list elements) nobody has written for decades,
// and each reader takes them for something else.
boost::system::result<std::vector<WrittenMailbox>, AddressFieldError> parse_address_field(
    std::string_view body, bool smtputf8);

}  // namespace postern::smtp
