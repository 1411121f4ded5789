#include "ldap/password_policy.hpp"

#include <cstdint>

#include "ldap/ber.hpp"

namespace postern::ldap {

namespace {

namespace tag {
constexpr std::uint8_t warning = 0xA0;
constexpr std::uint8_t seconds_before_expiration = 0x80;
constexpr std::uint8_t grace_logins = 0x81;
constexpr std::uint8_t error = 0x81;
}  // namespace tag

bool read_warning(std::string_view content, PasswordPolicy& policy) {
    const auto choice = ber::take_element(content);
    if (!choice || !content.empty()) return false;
    const auto value = ber::integer(choice->content);
    if (!value) return false;
    if (choice->tag == tag::grace_logins) policy.grace_logins = value;
    return choice->tag == tag::grace_logins || choice->tag == tag::seconds_before_expiration;
}

bool read_error(std::string_view content, PasswordPolicy& policy) {
    using Error = PasswordPolicy::Error;
    const auto value = ber::integer(content);
    if (!value) return false;
    policy.error = *value < static_cast<std::int32_t>(Error::other) ? static_cast<Error>(*value)
                                                                    : Error::other;
    return true;
}

}  // namespace

std::optional<PasswordPolicy> parse_password_policy(std::string_view octets) {
    auto sequence = ber::take(octets, ber::tag::sequence);
    if (!sequence || !octets.empty()) return std::nullopt;
    PasswordPolicy policy;
    auto& rest = *sequence;
    if (ber::begins_with(rest, tag::warning)) {
        const auto warning = ber::take_element(rest);
        if (!warning || !read_warning(warning->content, policy)) return std::nullopt;
    }
    if (ber::begins_with(rest, tag::error)) {
        const auto error = ber::take_element(rest);
        if (!error || !read_error(error->content, policy)) return std::nullopt;
    }
    if (!rest.empty()) return std::nullopt;
    return policy;
}

}  // namespace postern::ldap
