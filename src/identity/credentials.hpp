#pragma once

#include <string>

#include "crypto/secret.hpp"
#include "identity/login.hpp"
#include "identity/redis_wait.hpp"

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
    };
    Remembered remembered = {};
    RedisWait redis_wait = {};  // of the AUTH that they came with, shared by all their copies

    Credentials copy() const { return {login, password.copy(), network, remembered, redis_wait}; }
};

}  // namespace postern::identity
