// The domains of the settings that say for whom a directory may speak.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "observe/log.hpp"

namespace postern::directory {

// A-labels in lower case, and "*" for every login whatsoever.
using Domains = std::vector<std::string>;

// What is no domain becomes a Problem.
Domains read_domains(config::Section& section, std::string_view key);

// The key `domains` of a server that is asked with a login and its password: whoever runs it
// vouches for every login it accepts, so the settings say for which domains it may. [remote.x] of
// older settings has no such key; there it is enough that all its servers, `hosts`, are near ones,
// where nobody from elsewhere answers: "*".
Domains read_vouched_domains(config::Section& section, bool is_older,
                             const std::vector<std::string>& hosts, observe::Log& log);

// Of a login or an address, in that form; "" where there is none.
std::string domain_of(std::string_view address);

// Whether `domain` is one of them; "" is covered by "*" alone.
bool covers(const Domains& domains, std::string_view domain);

}  // namespace postern::directory
