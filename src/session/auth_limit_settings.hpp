#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "net/networks.hpp"

namespace postern::session {

// What failed logins are counted by: the client's network, the login, the login from that network.
enum class LimitKind : std::uint8_t { network, login, pair };
inline constexpr std::array limit_kinds{LimitKind::network, LimitKind::login, LimitKind::pair};
const char* to_string(LimitKind kind);

// [session.auth.limits]
struct AuthLimitSettings {
    // Failures that are too many, by LimitKind; 0: no limit.
    std::array<std::uint64_t, limit_kinds.size()> failures{};
    // After so long without a further one they are forgotten.
    std::chrono::milliseconds window = std::chrono::minutes(10);
    net::Networks trusted;  // neither counted nor refused
    std::string redis;      // names a [redis.x]; empty: this process alone counts

    std::uint64_t limit(LimitKind kind) const {
        return failures.at(static_cast<std::size_t>(kind));
    }
    bool any() const;
    bool trusts(std::string_view address) const { return net::contains(trusted, address); }
};

// Mistakes become Problems.
AuthLimitSettings read_auth_limit_settings(config::Section section);

}  // namespace postern::session
