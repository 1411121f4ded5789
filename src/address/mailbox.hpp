// address: the mailbox grammar of RFC 5321 4.1.2 with RFC 6531, and the normal form in which two
// spellings of one mailbox are equal. Pure.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "address/domain.hpp"

namespace postern::address {

// RFC 5322 3.2.3, and UTF8-non-ascii (RFC 6531 3.3): what an atom is made of.
bool is_atext(char octet);

// A mailbox in its two parts: the local part without its quotes and backslashes, in NFC; the domain
// as A-labels in lower case, or an address literal with its brackets. `domain` is empty for a bare
// <postmaster>.
struct Mailbox {
    std::string local_part;
    std::string domain;

    // As it is written in a command or a header: quoted only where it must be.
    std::string text() const;
    friend auto operator<=>(const Mailbox&, const Mailbox&) = default;
};

// RFC 5321 Mailbox, UTF-8 allowed (RFC 6531); at most 64 octets of local part (unquoted) and 255 of
// domain. nullopt: anything else, control characters and a domain that IDNA refuses included.
std::optional<Mailbox> parse_mailbox(std::string_view text);

// A mailbox whose domain is still as it was typed, for who compares many: IDNA is most of the work.
struct Unjudged {
    std::string local_part;
    std::string_view domain;

    // Whether this is a spelling of `normal`, a Mailbox's domain.
    bool is_at(const std::string& normal) const;
};
std::optional<Unjudged> split_mailbox(std::string_view text);

// The content of a path between "<" and ">", at most 254 octets: a mailbox, an obsolete source
// route dropped from it (RFC 5321 appendix F.2), "postmaster" in any case without a domain (4.5.1),
// or nothing at all for the null reverse-path. Whether UTF-8 was offered is the caller's question.
struct Path {
    std::optional<Mailbox> mailbox;  // nullopt: <>
    bool source_route = false;       // one was there, and was dropped
    std::string text;                // as typed, without the source route: what is passed on
};
std::optional<Path> parse_path(std::string_view inside);

}  // namespace postern::address
