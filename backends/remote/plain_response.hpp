#pragma once

#include <string_view>

#include "crypto/secret.hpp"

namespace postern::remote {

// The one response of SASL PLAIN (RFC 4616) in base64, without an authorization identity. Neither
// has a NUL.
crypto::Secret plain_response(std::string_view login, const crypto::Secret& password);

}  // namespace postern::remote
