#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "identity/principal.hpp"

namespace postern::identity {

// Why a directory says no. What the client hears does not depend on it, but for `disabled`
// (525, only ever behind a right password) and `expired` (its own text).
enum class Reason : std::uint8_t {
    unknown_user,
    bad_credentials,
    disabled,
    expired,
    locked,
    not_permitted,
};
const char* to_string(Reason reason);

// Whose fault it is that there is no answer: this entry is odd, our own limits, the lockout guard
// (which spares the account one more wrong password), or the directory is down, timed out or
// refused us.
enum class Scope : std::uint8_t { question, busy, held, directory };
const char* to_string(Scope scope);

// The first alternative of every result: a result that nobody filled in means "try later".
struct Unavailable {
    Scope scope = Scope::directory;
    std::string why = "no answer";  // for the log, never for the client
    // The directory may have counted the password as a wrong one; false: it was certainly not asked
    // about it, or has found it right.
    bool may_count = true;
};

// Who gave the answer: the directory itself, or what was remembered of it in this process, in
// Redis, or from the time before the directory became unavailable.
enum class Source : std::uint8_t { directory, cache, redis, stale };
const char* to_string(Source source);

struct Accepted {
    Principal principal;
    Source source = Source::directory;
    // What tells the directory later whether the account has changed since; its own secret, empty
    // where it has none. Taken before the password was checked, or with what it was checked by.
    std::string stamp = {};
    bool only_secret = false;  // the account has no other: no password of before is right any more
};

struct Rejected {
    Reason reason = Reason::bad_credentials;
    std::string account;  // the directory's spelling, when it got that far
    Source source = Source::directory;
};

using AuthResult = std::variant<Unavailable, Accepted, Rejected>;
using LookupResult = std::variant<Unavailable, Principal, Rejected>;

// The answer to somebody whose password was right, once his entry is read.
AuthResult accepted(LookupResult found, std::string stamp = {}, bool only_secret = false);

}  // namespace postern::identity
