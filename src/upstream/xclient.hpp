#pragma once

#include <optional>
#include <string>
#include <vector>

#include "upstream/next_hop.hpp"

namespace postern::upstream {

// Whether a next hop that lists these attributes in its EHLO can be told who our client is: without
// NAME it keeps the gateway's own name, and with it the trust in the gateway; without ADDR and
// LOGIN there is no identity.
bool knows_xclient(const std::vector<std::string>& listed);

// The one XCLIENT command (Postfix XCLIENT_README), without CRLF, with the attributes that are
// listed: xtext, every value at most 255 octets, the line at most 512 with its CRLF. HELO is cut to
// fit. nullopt: the login cannot be told as it is (too long, or a word of the protocol), and
// nothing else may be told instead.
std::optional<std::string> xclient_command(const ClientIdentity& client,
                                           const std::vector<std::string>& listed);

}  // namespace postern::upstream
