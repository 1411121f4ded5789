#pragma once

#include <string>
#include <vector>

#include "session/environment.hpp"
#include "session/facts.hpp"
#include "smtp/dialogue.hpp"

namespace postern::session {

// The mechanisms that a session of these facts may use, as EHLO lists them: what the settings name,
// without those that would show a password in the clear where that is not allowed.
std::vector<std::string> offered_mechanisms(const Environment& environment, const Facts& facts);

// What there is to be had at this listener, for the rules about the order of commands.
smtp::Offer offer_of(const Environment& environment, const Listener& listener, const Facts& facts);

// What our EHLO offers at this moment.
smtp::Capabilities capabilities_of(const Environment& environment, const Listener& listener,
                                   const Facts& facts);

}  // namespace postern::session
