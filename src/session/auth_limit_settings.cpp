#include "session/auth_limit_settings.hpp"

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

AuthLimitSettings read_auth_limit_settings(config::Section section) {
    AuthLimitSettings settings;
    for (const auto kind : limit_kinds)
        settings.failures.at(static_cast<std::size_t>(kind)) =
            static_cast<std::uint64_t>(section.integer(to_string(kind), 0, 0, 1'000'000));
    settings.window = section.duration("window", settings.window, 1s, 24h * 7);
    settings.trusted = net::read_networks(section, "trusted");
    settings.redis = section.text("redis");
    return settings;
}

}  // namespace postern::session
