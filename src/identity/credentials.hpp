#pragma once

#include <chrono>
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

    // What is remembered of this login, told by the cache to those behind it.
    struct Remembered {
        std::string account;           // the directory's spelling; empty: nothing
        bool accepted_before = false;  // with this very password
        bool unknown = false;          // the directory has said lately that nobody is called so
        std::chrono::nanoseconds waited{0};  // for Redis, which has so much less time left
    };
    Remembered remembered = {};

    Credentials copy() const { return {login, password.copy(), network, remembered}; }
};

}  // namespace postern::identity
