// smtp: the words of the protocol (RFC 5321 and its extensions) without a socket: commands and
// their order, replies and their parser, what an EHLO offers, where a body ends. Pure; owned by one
// session or one connection to a next hop.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::smtp {

// A reply, ours or a next hop's. `lines` hold the text behind code and enhanced code and are never
// empty; no line holds CR, LF or NUL.
struct Reply {
    int code = 0;
    std::string enhanced;  // "5.7.8" (RFC 2034), or empty: 220, 250 of EHLO, 354 and 334 have none
    std::vector<std::string> lines;

    Reply() = default;
    Reply(int code, std::string_view enhanced, std::string_view text)
        : code(code), enhanced(enhanced), lines{std::string(text)} {}

    bool positive() const { return code >= 200 && code < 400; }
    bool transient() const { return code >= 400 && code < 500; }
    bool permanent() const { return code >= 500; }

    // The whole reply as it goes over the wire, every line with code, enhanced code and CRLF.
    std::string wire() const;
    // One line for the log: "550 5.7.1 text / text".
    std::string summary() const;
    // For a client that did not ask for SMTPUTF8 (RFC 6531 3.7.4.2): every other character is "?".
    Reply in_ascii() const;

    friend bool operator==(const Reply&, const Reply&) = default;
};

}  // namespace postern::smtp
