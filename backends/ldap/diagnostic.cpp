#include "ldap/diagnostic.hpp"

#include <algorithm>
#include <charconv>

#include "ldap/hexadecimal.hpp"

namespace postern::ldap {

namespace {

// Active Directory ends its words with NUL, FreeIPA with a line feed.
std::string_view without_end(std::string_view words) {
    while (words.ends_with('\0') || words.ends_with('\n') || words.ends_with('\r'))
        words.remove_suffix(1);
    return words;
}

bool take(std::string_view& rest, std::string_view token) {
    if (!rest.starts_with(token)) return false;
    rest.remove_prefix(token.size());
    return true;
}

// All hexadecimal digits that a text begins with, at most eight.
std::string_view take_digits(std::string_view& rest) {
    std::size_t size = 0;
    while (size < rest.size() && size < 8 && hexadecimal_digit(rest[size]) >= 0)
        ++size;
    const auto digits = rest.substr(0, size);
    rest.remove_prefix(size);
    return digits;
}

template <class Number>
std::optional<Number> number(std::string_view digits, int base) {
    Number value{};
    const auto* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, value, base);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return value;
}

}  // namespace

std::optional<std::uint32_t> active_directory_code(std::string_view diagnostic) {
    auto rest = without_end(diagnostic);
    if (take_digits(rest).size() != 8 || !take(rest, ": LdapErr: DSID-")) return std::nullopt;
    if (take_digits(rest).size() != 8) return std::nullopt;
    if (!take(rest, ", comment: AcceptSecurityContext error, data ")) return std::nullopt;
    const auto data = take_digits(rest);
    if (!take(rest, ", v") || take_digits(rest).empty() || !rest.empty()) return std::nullopt;
    return number<std::uint32_t>(data, 16);
}

std::optional<std::int32_t> nds_code(std::string_view diagnostic) {
    auto rest = without_end(diagnostic);
    if (!take(rest, "NDS error: ") || !rest.ends_with(')')) return std::nullopt;
    const auto open = rest.find('(');
    if (open == std::string_view::npos) return std::nullopt;
    return number<std::int32_t>(rest.substr(open + 1, rest.size() - open - 2), 10);
}

std::string presentable(std::string_view diagnostic) {
    constexpr std::size_t longest = 200;
    const auto words = without_end(diagnostic);
    std::string shown(words.substr(0, longest));
    std::ranges::replace_if(shown, [](char c) { return c < ' ' || c > '~'; }, '?');
    if (words.size() > longest) shown += "...";
    return shown;
}

}  // namespace postern::ldap
