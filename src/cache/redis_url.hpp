#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "crypto/secret.hpp"
#include "net/host_port.hpp"

namespace postern::cache {

// "redis://[user[:password]@]host[:port][/database]", or "rediss://..." for TLS from the first
// octet. User and password are percent-decoded; a password alone is ":password@".
struct RedisUrl {
    net::HostPort address;
    bool tls = false;
    std::string user;
    crypto::Secret password;
    int database = 0;
};
// What is wrong with it; never quotes the URL, which may have a password.
struct RedisUrlError {
    std::string what;
};
std::variant<RedisUrlError, RedisUrl> parse_redis_url(std::string_view text);

}  // namespace postern::cache
