#pragma once

#include <string_view>

#include "remote/imap_response_parser.hpp"

namespace postern::remote {

// What a server offers, as far as a login cares.
struct ImapCapabilities {
    bool known = false;  // it has told
    bool starttls = false;
    bool login_disabled = false;
    bool auth_plain = false;
    bool initial_response = false;                     // SASL-IR (RFC 4959)
    bool id = false;                                   // RFC 2971
    bool literal_plus = false, literal_minus = false;  // RFC 7888

    // "IMAP4rev1 STARTTLS AUTH=PLAIN", in any case.
    static ImapCapabilities parse(std::string_view words);
    // Takes over what a response tells: an untagged CAPABILITY, or the code of that name.
    void learn(const ImapResponse& response);

    friend bool operator==(const ImapCapabilities&, const ImapCapabilities&) = default;
};

}  // namespace postern::remote
