#include "directory/domains.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "address/mailbox.hpp"
#include "expr/ip_network.hpp"
#include "observe/events.hpp"

namespace postern::directory {

namespace {

// RFC 1122, 1918, 4193, 4291: nobody from elsewhere answers there.
bool is_near(const std::string& host) {
    if (host == "localhost") return true;
    constexpr std::array<std::string_view, 7> near{"127.0.0.0/8",    "10.0.0.0/8", "172.16.0.0/12",
                                                   "192.168.0.0/16", "::1",        "fc00::/7",
                                                   "fe80::/10"};
    const auto ip = expr::IpAddress::parse(host);
    return ip && std::ranges::any_of(near, [&](std::string_view network) {
               return expr::IpNetwork::parse(network)->contains(*ip);
           });
}

}  // namespace

Domains read_domains(config::Section& section, std::string_view key) {
    auto domains = section.texts(key);
    for (auto& domain : domains) {
        if (domain == "*") continue;
        if (auto normal = address::normalize_domain(domain))
            domain = *std::move(normal);
        else
            section.problem(key, fmt::format("\"{}\" is no domain", domain),
                            fmt::format("{} = [\"example.org\"]", key));
    }
    return domains;
}

Domains read_vouched_domains(config::Section& section, bool is_older,
                             const std::vector<std::string>& hosts, observe::Log& log) {
    auto domains = read_domains(section, "domains");
    if (!domains.empty()) return domains;
    const bool all_near = !hosts.empty() && std::ranges::all_of(hosts, is_near);
    if (is_older && !section.has("domains") && all_near) {
        log.write(observe::events::config_warning,
                  {{"setting", section.name() + ".domains"},
                   {"why", "without it, this server vouches for logins of any domain"}});
        return {"*"};
    }
    section.problem(
        "domains", fmt::format("{}.domains is missing", section.name()),
        "domains = [\"example.org\"]: whose logins this server may vouch for, [\"*\"] for all");
    return {};
}

std::string domain_of(std::string_view address) {
    const auto at = address.rfind('@');
    if (at == std::string_view::npos) return "";
    const auto mailbox = address::parse_mailbox("x" + std::string(address.substr(at)));
    return mailbox ? mailbox->domain : "";
}

bool covers(const Domains& domains, std::string_view domain) {
    return std::ranges::any_of(domains, [&](const std::string& each) {
        return each == "*" || (!domain.empty() && each == domain);
    });
}

}  // namespace postern::directory
