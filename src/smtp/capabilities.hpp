#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtp/reply.hpp"

namespace postern::smtp {

// What an EHLO reply offers, ours or a next hop's.
struct Capabilities {
    bool pipelining = false;             // RFC 2920
    bool enhanced_status_codes = false;  // RFC 2034
    bool eight_bit_mime = false;         // RFC 6152
    bool smtputf8 = false;               // RFC 6531
    bool dsn = false;                    // RFC 3461
    bool chunking = false;               // RFC 3030
    bool starttls = false;               // RFC 3207
    std::optional<std::uint64_t> size;   // RFC 1870; 0: SIZE offered without a limit
    std::vector<std::string> auth;       // mechanisms (RFC 4954), upper case
    std::vector<std::string> xclient;    // attributes of Postfix's XCLIENT, upper case

    friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

// Keywords it does not know are ignored; so is the first line, the server's greeting.
Capabilities parse_ehlo(const Reply& reply);

// What may be promised when a transaction can end at either: the smaller SIZE, every flag that both
// have. STARTTLS, AUTH and XCLIENT belong to one connection and are left out.
Capabilities intersection(const Capabilities& left, const Capabilities& right);

// Our EHLO reply: first line `hostname`, then a line for each capability.
Reply ehlo_reply(std::string_view hostname, const Capabilities& offered);

}  // namespace postern::smtp
