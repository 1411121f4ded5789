#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"
#include "remote/imap_capabilities.hpp"

namespace postern::remote {

// A command as it goes over the wire: behind every piece but the last one the server has to ask for
// more. Pieces may have a password in them.
using ImapCommand = std::vector<crypto::Secret>;

// LOGIN (RFC 9051 section 6.2.3). Neither string may have a NUL, which none of IMAP can have.
ImapCommand login_command(std::string_view tag, std::string_view login,
                          const crypto::Secret& password, const ImapCapabilities& offered);
// AUTHENTICATE PLAIN (RFC 9051 section 6.2.2), with its response at once where that is offered.
ImapCommand authenticate_command(std::string_view tag, std::string_view login,
                                 const crypto::Secret& password, const ImapCapabilities& offered);

}  // namespace postern::remote
