#pragma once

#include <string>

namespace postern::session {

// People type passwords into the login box: a login that the directory does not know is only shown
// as typed when it has the form of an address.
std::string loggable(const std::string& typed);

}  // namespace postern::session
