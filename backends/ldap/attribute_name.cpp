#include "ldap/attribute_name.hpp"

#include <algorithm>

#include "smtp/ascii.hpp"

namespace postern::ldap {

namespace {

// What stands in front of the first `separator`, taken off the front of `rest` with it.
std::string_view take_until(std::string_view& rest, char separator) {
    const auto taken = rest.substr(0, rest.find(separator));
    rest.remove_prefix(taken.size());
    if (!rest.empty()) rest.remove_prefix(1);
    return taken;
}

bool is_keyword(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char octet) {
        return smtp::is_alphanumeric(octet) || octet == '-';
    });
}

bool is_number(std::string_view text) {
    if (text.empty() || !std::ranges::all_of(text, smtp::is_digit)) return false;
    return text.size() == 1 || text.front() != '0';
}

// At least two numbers with a dot between them.
bool is_dotted_number(std::string_view text) {
    if (text.ends_with('.') || text.find('.') == std::string_view::npos) return false;
    while (!text.empty())
        if (!is_number(take_until(text, '.'))) return false;
    return true;
}

}  // namespace

bool is_oid(std::string_view text) {
    if (text.empty()) return false;
    return smtp::is_digit(text.front()) ? is_dotted_number(text)
                                        : is_keyword(text) && text.front() != '-';
}

bool is_attribute_description(std::string_view text) {
    if (text.ends_with(';') || !is_oid(take_until(text, ';'))) return false;
    while (!text.empty())
        if (!is_keyword(take_until(text, ';'))) return false;
    return true;
}

}  // namespace postern::ldap
