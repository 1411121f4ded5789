#pragma once

#include <string_view>
#include <vector>

#include "crypto/secret.hpp"

namespace postern::remote {

// AUTH (RFC 4954 section 4) as it goes over the wire, line by line: behind every line but the last
// one the server has to ask for more. Neither string may have a NUL.
using SmtpCommand = std::vector<crypto::Secret>;

// With its response at once where a command line has room for it.
SmtpCommand auth_plain_command(std::string_view login, const crypto::Secret& password);
// Of no RFC; first the login, then the password.
SmtpCommand auth_login_command(std::string_view login, const crypto::Secret& password);

}  // namespace postern::remote
