#pragma once

#include <string>

#include "crypto/secret.hpp"
#include "identity/login.hpp"

namespace postern::identity {

// What a directory is asked about. Move-only because of its password; `copy` is for the one place
// that has to hand the question to another thread.
struct Credentials {
    Login login;
    crypto::Secret password;  // its octets exactly as the client sent them, never empty
    std::string network;      // the client's network (/32 or /64) as text: strangers queue apart

    Credentials copy() const { return {login, password.copy(), network}; }
};

}  // namespace postern::identity
