#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/section.hpp"
#include "crypto/secret.hpp"
#include "net/host_port.hpp"
#include "net/tls_context.hpp"

namespace postern::cache {

// Who we are to a server; without a password nobody in particular.
struct RedisAccount {
    std::string user;  // empty: the server's default user
    crypto::Secret password;
};

// [redis.<name>]. Immutable and shared by all that is made of it, on whatever thread.
struct RedisSettings {
    struct Sentinel {
        std::string master = "mymaster";
        std::vector<net::HostPort> addresses;
        RedisAccount account;
    };

    // In the order in which they are tried; the first ones to ask of a cluster; with sentinels
    // none.
    std::vector<net::HostPort> addresses;
    std::shared_ptr<const net::TlsContext> tls;  // nullptr: in the clear
    std::string tls_name;                        // expected in the certificate; empty: the host
    RedisAccount account;
    int database = 0;
    std::string key_prefix;                           // of all keys and channels
    std::chrono::milliseconds timeout{50};            // of one operation
    std::chrono::milliseconds connect_timeout{1000};  // until a connection is ready for use
    std::optional<Sentinel> sentinel;
    bool cluster = false;
    std::size_t reply_size = 1024 * 1024;  // octets; a longer one ends the connection
    std::size_t pipeline = 10'000;         // questions that may wait for their answers at a time
};

// nullptr: what is wrong stands among the problems of the document.
std::shared_ptr<const RedisSettings> read_redis_settings(config::Section& section);

}  // namespace postern::cache
