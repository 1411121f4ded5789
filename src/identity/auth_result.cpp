#include "identity/auth_result.hpp"

#include <utility>

namespace postern::identity {

const char* to_string(Reason reason) {
    switch (reason) {
        case Reason::unknown_user:
            return "unknown_user";
        case Reason::bad_credentials:
            return "bad_credentials";
        case Reason::disabled:
            return "disabled";
        case Reason::expired:
            return "expired";
        case Reason::locked:
            return "locked";
        case Reason::not_permitted:
            return "not_permitted";
    }
    return "not_permitted";
}

const char* to_string(Scope scope) {
    switch (scope) {
        case Scope::question:
            return "question";
        case Scope::busy:
            return "busy";
        case Scope::held:
            return "held";
        case Scope::directory:
            return "directory";
    }
    return "directory";
}

const char* to_string(Source source) {
    switch (source) {
        case Source::directory:
            return "directory";
        case Source::cache:
            return "cache";
        case Source::redis:
            return "redis";
        case Source::stale:
            return "stale";
    }
    return "directory";
}

AuthResult accepted(LookupResult found, std::string stamp, bool only_secret) {
    if (auto* principal = std::get_if<Principal>(&found))
        return Accepted{std::move(*principal), Source::directory, std::move(stamp), only_secret};
    if (auto* rejected = std::get_if<Rejected>(&found)) return std::move(*rejected);
    auto unavailable = std::get<Unavailable>(std::move(found));
    unavailable.may_count = false;
    return unavailable;
}

}  // namespace postern::identity
