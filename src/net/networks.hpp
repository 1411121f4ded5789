#pragma once

#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "expr/ip_network.hpp"

namespace postern::net {

using Networks = std::vector<expr::IpNetwork>;

// False for what is no address.
bool contains(const Networks& networks, std::string_view address);

// ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"]; mistakes become Problems.
Networks read_networks(config::Section& section, std::string_view key);

}  // namespace postern::net
