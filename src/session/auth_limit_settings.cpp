#include "session/auth_limit_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::session {

using namespace std::chrono_literals;

const char* to_string(LimitKind kind) {
    switch (kind) {
        case LimitKind::network:
            return "network";
        case LimitKind::login:
            return "login";
        case LimitKind::pair:
            return "pair";
    }
    return "network";
}

bool AuthLimitSettings::any() const {
    return std::ranges::any_of(failures, [](const auto most) { return most > 0; });
}

bool AuthLimitSettings::trusts(std::string_view address) const {
    const auto parsed = expr::IpAddress::parse(address);
    return parsed && std::ranges::any_of(
                         trusted, [&](const auto& network) { return network.contains(*parsed); });
}

AuthLimitSettings read_auth_limit_settings(config::Section section) {
    AuthLimitSettings settings;
    for (const auto kind : limit_kinds)
        settings.failures.at(static_cast<std::size_t>(kind)) =
            static_cast<std::uint64_t>(section.integer(to_string(kind), 0, 0, 1'000'000));
    settings.window = section.duration("window", settings.window, 1s, 24h * 7);
    for (const auto& written : section.texts("trusted")) {
        if (const auto network = expr::IpNetwork::parse(written))
            settings.trusted.push_back(*network);
        else
            section.problem("trusted", fmt::format("\"{}\" is no network", written),
                            "\"10.0.0.0/8\", \"2001:db8::/32\" or one address");
    }
    settings.redis = section.text("redis");
    return settings;
}

}  // namespace postern::session
