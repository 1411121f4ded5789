#pragma once

#include <string_view>

#include "postgresql/sqlstate.hpp"

namespace postern::postgresql {

// What libpq has to say about a connection that was not made, in its verbose form: the server's
// SQLSTATE where it has spoken ("... failed: FATAL:  28P01: password ..."), else without one; one
// line, the first of several attempts.
ServerError read_connect_error(std::string_view text);

}  // namespace postern::postgresql
