#include "ldap/stamp.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/digest.hpp"

namespace postern::ldap {

std::string stamp_of(const Entry& entry, const std::vector<std::string>& attributes) {
    std::string all;
    for (const auto& attribute : attributes) {
        auto values = entry.values(attribute);
        std::ranges::sort(values);
        for (const auto& value : values)
            all += fmt::format("{}:{}:{}", attribute, value.size(), value);
    }
    if (all.empty() || entry.dn.empty()) return "";
    return crypto::sha256_hex(all) + " " + entry.dn;
}

std::string dn_of_stamp(std::string_view stamp) {
    const auto space = stamp.find(' ');
    return space == stamp.npos ? "" : std::string(stamp.substr(space + 1));
}

}  // namespace postern::ldap
