#pragma once

#include <chrono>
#include <string>

namespace postern::session {

// What a Received: field says (RFC 5321 4.4, RFC 3848).
struct Trace {
    std::string helo;      // as the client said it
    std::string address;   // of the client; empty: not to be told
    std::string login;     // Principal::name; empty: not to be told
    std::string hostname;  // ours
    std::string session;   // our id
    bool extended = true;  // EHLO
    bool tls = false, authenticated = false, smtputf8 = false;
    std::string tls_version, tls_cipher;
    std::string recipient;  // the only one, or empty
    std::chrono::system_clock::time_point time;
};

// The field, folded, with its final CRLF. A HELO or login that is neither an RFC 5322 atom sequence
// nor fit for a quoted string is written `unknown`.
std::string received_field(const Trace& trace);

}  // namespace postern::session
