#pragma once

#include <memory>

#include "upstream/next_hop.hpp"
#include "upstream/smtp_destination.hpp"
#include "upstream/smtp_wire.hpp"

namespace postern::upstream {

// A wire to a next hop that has greeted us, over TLS where the settings want it, and that knows
// whom we speak for: the next word is MAIL.
struct Dialled {
    std::unique_ptr<SmtpWire> wire;  // nullptr: `refusal` says why
    smtp::Capabilities offered;
    smtp::Reply refusal;
};

// Tries the addresses in turn, those that failed last time last. What stands in the way is logged,
// and told to our client as 451. Throws nothing but cancellation.
net::Task<Dialled> dial(SmtpDestination& destination, const ClientIdentity& client);

// Asks every address what it offers, QUITs, and logs what is news. True: at least one was fit for
// us.
net::Task<bool> probe(SmtpDestination& destination);

}  // namespace postern::upstream
