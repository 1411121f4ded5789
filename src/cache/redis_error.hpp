#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "cache/redis_reply.hpp"
#include "net/host_port.hpp"

namespace postern::cache {

// An error that a server answered, by its first word. What it says behind that may repeat what it
// was sent, so nobody shows it.
struct RedisError {
    std::string code;  // "WRONGPASS"

    std::string words() const;  // for the log
    // The server cannot be asked any more, whatever the question.
    bool ends_connection() const;
};
// nullopt: the reply is no error.
std::optional<RedisError> error_of(const RedisReply& reply);

// Where a cluster wants a question to go.
struct RedisRedirection {
    enum class Kind : std::uint8_t { moved, ask } kind = Kind::moved;
    unsigned slot = 0;
    net::HostPort to;  // empty host: the server that said so
};
// Of "MOVED 3999 127.0.0.1:6381" or "ASK ...".
std::optional<RedisRedirection> redirection_of(const RedisReply& reply);

// Why a server that was reached is not to be used; fit for the log.
class RedisRefused : public std::runtime_error {
 public:
    // `for_long`: an operator has to do something about it.
    explicit RedisRefused(const std::string& why, bool for_long = false)
        : std::runtime_error(why), for_long_(for_long) {}
    bool for_long() const { return for_long_; }

 private:
    bool for_long_;
};

}  // namespace postern::cache
