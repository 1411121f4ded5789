#pragma once

#include <string>
#include <string_view>

#include "identity/auth_result.hpp"

namespace postern::postgresql {

// What an error of the server means (PostgreSQL's appendix A). It is never a "no". The scope is
// `directory` where the next question would fare no better, so that nobody can take a directory
// down for others by the login he types.
struct Trouble {
    identity::Scope scope = identity::Scope::question;
    bool is_settings = false;  // a query, a right or our own account: an operator has to act
    bool is_over = false;      // the connection is of no use any more
    bool again = false;        // the same question may be answered at a second try
};

// `sqlstate`: five characters; of anything else nothing is known.
Trouble judge_sqlstate(std::string_view sqlstate);

// The server refuses our own account or the database we ask for, while we connect.
bool refuses_us(std::string_view sqlstate);

// An error as the server words it.
struct ServerError {
    std::string sqlstate;
    std::string message;  // its primary message; may quote what was asked
    // For the log, without the values of a question: "undefined_table (42P01): relation ...".
    std::string text() const;
};

}  // namespace postern::postgresql
