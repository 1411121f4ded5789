#pragma once

#include <string_view>

#include "imap/response_parser.hpp"

namespace postern::imap {

// What a server offers, as far as a login cares.
struct Capabilities {
    bool known = false;  // it has told
    bool starttls = false;
    bool login_disabled = false;
    bool auth_plain = false;
    bool initial_response = false;                     // SASL-IR (RFC 4959)
    bool id = false;                                   // RFC 2971
    bool literal_plus = false, literal_minus = false;  // RFC 7888

    // "IMAP4rev1 STARTTLS AUTH=PLAIN", in any case.
    static Capabilities parse(std::string_view words);
    // Takes over what a response tells: an untagged CAPABILITY, or the code of that name.
    void learn(const Response& response);

    friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

}  // namespace postern::imap
