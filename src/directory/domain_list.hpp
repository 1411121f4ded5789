#pragma once

#include <string>
#include <vector>

#include "config/section.hpp"
#include "observe/log.hpp"

namespace postern::directory {

// The key `domains`: A-labels in lower case; "*" stays.
std::vector<std::string> read_domain_list(config::Section& section);

// The same for a server that is asked with a login and its password: whoever runs it vouches for
// every login it accepts, so the settings say for which domains it may. [remote.x] of older
// settings has no such key; there it is enough that the server, at `address`, is one of our own:
// "*".
std::vector<std::string> read_vouched_domains(config::Section& section, bool is_older,
                                              const std::string& address, observe::Log& log);

}  // namespace postern::directory
