#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "config/section.hpp"
#include "net/resolver.hpp"
#include "net/tls_context.hpp"

namespace postern::upstream {

// How the next hop learns who our client is.
enum class IdentityMode : std::uint8_t { none, xclient };

// require: no mail without TLS. optional: TLS where it is offered; whoever sits on the way can hide
// the offer. never: in the clear.
enum class StartTlsMode : std::uint8_t { require, optional, never };

// RFC 5321 4.5.3.2, for each step.
struct SmtpTimeouts {
    using Duration = std::chrono::milliseconds;
    Duration hello =
        std::chrono::seconds(10);  // greeting to the last EHLO, TLS included, at one address
    Duration mail = std::chrono::minutes(5);
    Duration rcpt = std::chrono::minutes(5);
    Duration data = std::chrono::minutes(2);
    Duration block = std::chrono::minutes(3);     // one piece of the message
    Duration message = std::chrono::minutes(10);  // end of data
    Duration reset = std::chrono::seconds(10);
    Duration quit = std::chrono::seconds(1);
};

// [next-hop.x] with type = "smtp".
struct SmtpNextHopSettings {
    std::vector<net::HostPort> addresses;  // tried in this order
    IdentityMode identity = IdentityMode::none;
    bool untrusted = false;  // the next hop relays no more for us than for strangers

    StartTlsMode starttls = StartTlsMode::require;
    bool implicit_tls = false;
    net::TlsClientSettings tls;

    std::size_t connections = 40;                                  // over all workers
    std::chrono::milliseconds wait = std::chrono::seconds(5);      // for one of them
    std::chrono::milliseconds connect = std::chrono::seconds(10);  // TCP, over all addresses
    std::chrono::milliseconds probe = std::chrono::seconds(60);    // asked again what it offers
    SmtpTimeouts timeouts;

    bool uses_tls() const { return implicit_tls || starttls != StartTlsMode::never; }

    // Mistakes become Problems of the section. Port 25 where none is written, 465 with
    // tls.implicit.
    static SmtpNextHopSettings read(config::Section& section);
};

}  // namespace postern::upstream
