#pragma once

#include <string_view>
#include <variant>

#include "identity/auth_result.hpp"
#include "imap/response_parser.hpp"

namespace postern::imap {

struct Proved {};

// What an answer to a login is worth.
struct Judgement {
    // Why there is none, or the password is right, or why it is not. Unfilled: there is none.
    std::variant<identity::Unavailable, Proved, identity::Reason> verdict;
    bool slow_down = false;  // the server wants fewer of them
};

// Of the tagged response to a login. Rejected is only what a server clearly says "no" to: by a code
// (RFC 9051 section 7.1, RFC 5530), or by NO without one, in words that do not speak of a passing
// trouble.
Judgement judge_login(const Response& response);

// Words for people, of whatever server: it is a trouble that passes; there are too many of us.
bool speaks_of_trouble(std::string_view words);
bool speaks_of_too_many(std::string_view words);
// The same of a response, by its code or its words.
bool wants_fewer(const Response& response);

}  // namespace postern::imap
