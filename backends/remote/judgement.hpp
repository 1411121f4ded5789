#pragma once

#include <variant>

#include "identity/auth_result.hpp"

namespace postern::remote {

struct Proved {};

// What an answer to a login is worth.
struct Judgement {
    // Why there is none, or the password is right, or why it is not. Unfilled: there is none.
    std::variant<identity::Unavailable, Proved, identity::Reason> verdict;
    bool slow_down = false;  // the server wants fewer of them
};

}  // namespace postern::remote
