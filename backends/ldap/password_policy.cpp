#include "ldap/password_policy.hpp"

#include <cstdint>

namespace postern::ldap {

namespace {

namespace tag {
constexpr std::uint8_t sequence = 0x30;
constexpr std::uint8_t warning = 0xA0;
constexpr std::uint8_t seconds_before_expiration = 0x80;
constexpr std::uint8_t grace_logins = 0x81;
constexpr std::uint8_t error = 0x81;
}  // namespace tag

struct Element {
    std::uint8_t tag = 0;
    std::string_view content;
};

// Definite lengths of at most four octets, tags of one.
std::optional<std::size_t> take_length(std::string_view& rest) {
    if (rest.empty()) return std::nullopt;
    const auto first = static_cast<std::uint8_t>(rest.front());
    rest.remove_prefix(1);
    if (first < 0x80) return first;
    const std::size_t octets = first & 0x7FU;
    if (octets == 0 || octets > 4 || octets > rest.size()) return std::nullopt;
    std::size_t length = 0;
    for (const char octet : rest.substr(0, octets))
        length = length << 8U | static_cast<std::uint8_t>(octet);
    rest.remove_prefix(octets);
    return length;
}

std::optional<Element> take_element(std::string_view& rest) {
    if (rest.empty()) return std::nullopt;
    Element element{static_cast<std::uint8_t>(rest.front()), {}};
    rest.remove_prefix(1);
    const auto length = take_length(rest);
    if ((element.tag & 0x1FU) == 0x1F || !length || *length > rest.size()) return std::nullopt;
    element.content = rest.substr(0, *length);
    rest.remove_prefix(*length);
    return element;
}

// INTEGER (0 .. maxInt) and ENUMERATED, which is never negative here.
std::optional<std::int32_t> integer(std::string_view content) {
    if (content.empty() || content.size() > 4 || (content.front() & 0x80) != 0) return std::nullopt;
    std::int32_t value = 0;
    for (const char octet : content)
        value = value << 8 | static_cast<std::uint8_t>(octet);
    return value;
}

bool read_warning(std::string_view content, PasswordPolicy& policy) {
    const auto choice = take_element(content);
    if (!choice || !content.empty()) return false;
    const auto value = integer(choice->content);
    if (!value) return false;
    if (choice->tag == tag::grace_logins) policy.grace_logins = value;
    return choice->tag == tag::grace_logins || choice->tag == tag::seconds_before_expiration;
}

bool read_error(std::string_view content, PasswordPolicy& policy) {
    using Error = PasswordPolicy::Error;
    const auto value = integer(content);
    if (!value) return false;
    policy.error = *value < static_cast<std::int32_t>(Error::other) ? static_cast<Error>(*value)
                                                                    : Error::other;
    return true;
}

}  // namespace

std::optional<PasswordPolicy> parse_password_policy(std::string_view ber) {
    auto sequence = take_element(ber);
    if (!sequence || sequence->tag != tag::sequence || !ber.empty()) return std::nullopt;
    PasswordPolicy policy;
    auto& rest = sequence->content;
    if (rest.starts_with(static_cast<char>(tag::warning))) {
        const auto warning = take_element(rest);
        if (!warning || !read_warning(warning->content, policy)) return std::nullopt;
    }
    if (rest.starts_with(static_cast<char>(tag::error))) {
        const auto error = take_element(rest);
        if (!error || !read_error(error->content, policy)) return std::nullopt;
    }
    if (!rest.empty()) return std::nullopt;
    return policy;
}

}  // namespace postern::ldap
