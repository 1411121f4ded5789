#include "directory/domains.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "address/mailbox.hpp"

namespace postern::directory {

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
