#include "net/networks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::net {

bool contains(const Networks& networks, std::string_view address) {
    const auto parsed = expr::IpAddress::parse(address);
    return parsed && std::ranges::any_of(
                         networks, [&](const auto& network) { return network.contains(*parsed); });
}

Networks read_networks(config::Section& section, std::string_view key) {
    Networks networks;
    for (const auto& written : section.texts(key)) {
        if (const auto network = expr::IpNetwork::parse(written))
            networks.push_back(*network);
        else
            section.problem(key, fmt::format("\"{}\" is no network", written),
                            "\"10.0.0.0/8\", \"2001:db8::/32\" or one address");
    }
    return networks;
}

}  // namespace postern::net
