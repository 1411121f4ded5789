#pragma once

#include <string>
#include <variant>

#include "cache/change.hpp"
#include "cache/record.hpp"

namespace postern::cache {

// What an answer means for the login's record.
struct Name {  // it is this account's
    Question question;
    std::string account;
};
struct Unknown {  // the directory does not know it
    Question question;
};
struct RefuseUnnamed {  // bad_credentials from a directory that named no account
    Question question;
    Verifier verifier;  // bound to the login
};
using LoginChange = std::variant<Name, Unknown, RefuseUnnamed, Flush>;

// As for an account: where nobody can tell which of two answers is newer, neither stays.
Update<LoginRecord> apply(const LoginRecord* current, const LoginChange& change, Time now,
                          const Rules& rules);
LoginRecord login_tombstone(const LoginRecord* current, Time now);

}  // namespace postern::cache
