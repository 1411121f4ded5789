#pragma once

#include <string>
#include <string_view>

#include "directory/administration.hpp"

namespace postern::postgresql {

// What a server says of a statement that it has refused.
struct ServerWords {
    std::string state;  // SQLSTATE
    std::string message, hint, constraint;
};

// What that means to somebody at the command line. Pure.
directory::AdministrationError server_error(const ServerWords& words);
// The same for libpq's words about a connection, which hold an SQLSTATE when a server was reached.
directory::AdministrationError connect_error(std::string_view words);

}  // namespace postern::postgresql
