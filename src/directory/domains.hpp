// The domains of the settings that say for whom a directory may speak.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"

namespace postern::directory {

// A-labels in lower case, and "*" for every login whatsoever.
using Domains = std::vector<std::string>;

// What is no domain becomes a Problem.
Domains read_domains(config::Section& section, std::string_view key);

// Of a login or an address, in that form; "" where there is none.
std::string domain_of(std::string_view address);

// Whether `domain` is one of them; "" is covered by "*" alone.
bool covers(const Domains& domains, std::string_view domain);

}  // namespace postern::directory
