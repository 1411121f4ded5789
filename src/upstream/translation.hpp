#pragma once

#include <cstdint>

#include "smtp/reply.hpp"

namespace postern::upstream {

// Which of our commands a reply of the next hop answers; `message` is the end of data.
enum class Stage : std::uint8_t { greeting, ehlo, starttls, xclient, mail, rcpt, data, message };
const char* to_string(Stage stage);

// What a reply means for the connection it came over.
enum class Fault : std::uint8_t {
    none,           // an answer to our client's command: it hears it
    unreachable,    // the next hop does not want to talk to us now
    lost,           // the connection is over: 421, or a reply that makes no sense here
    misconfigured,  // the next hop is not set up for us; an error event
};

// What our client hears of it; of `none` it hears the reply itself.
smtp::Reply reply_to(Fault fault);

struct Verdict {
    smtp::Reply reply;  // fit for our client
    Fault fault = Fault::none;
};

// The table of BEHAVIOUR section 1: what our client hears when the next hop says `reply`. `utf8`:
// the transaction uses SMTPUTF8, so UTF-8 may stay in the text.
Verdict translate(Stage stage, const smtp::Reply& reply, bool utf8);

}  // namespace postern::upstream
