#include "ldap/answer.hpp"

#include <algorithm>

#include "smtp/ascii.hpp"

namespace postern::ldap {

bool AttributeLess::operator()(std::string_view left, std::string_view right) const {
    return std::ranges::lexicographical_compare(
        left, right, [](char l, char r) { return smtp::upper(l) < smtp::upper(r); });
}

std::vector<std::string> Entry::values(std::string_view attribute) const {
    std::vector<std::string> all;
    for (auto found = attributes.lower_bound(attribute); found != attributes.end(); ++found) {
        const std::string_view name = found->first;
        if (!smtp::equal_ignoring_case(name.substr(0, attribute.size()), attribute)) break;
        if (name.size() > attribute.size() && name[attribute.size()] != ';') continue;
        all.insert(all.end(), found->second.begin(), found->second.end());
    }
    return all;
}

}  // namespace postern::ldap
