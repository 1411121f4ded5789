#include "ldap/mail_value.hpp"

#include <algorithm>

#include "address/domain.hpp"
#include "address/mailbox.hpp"
#include "smtp/ascii.hpp"

namespace postern::ldap {

std::optional<MailValue> parse_mail_value(std::string_view value) {
    const auto colon = value.find(':');
    const auto prefix = value.substr(0, colon);
    if (colon == std::string_view::npos || prefix.empty() ||
        !std::ranges::all_of(prefix, smtp::is_alphanumeric))
        return MailValue{value, false};
    if (!smtp::equal_ignoring_case(prefix, "smtp")) return std::nullopt;
    return MailValue{value.substr(colon + 1), prefix == "SMTP"};
}

std::optional<std::string> normalize_mailbox(std::string_view text) {
    const auto mailbox = address::parse_mailbox(text);
    if (!mailbox || mailbox->local_part.empty() || mailbox->domain.empty()) return std::nullopt;
    return mailbox->text();
}

std::optional<std::string> normalize_mailbox_or_domain(std::string_view text) {
    if (!text.starts_with('@')) return normalize_mailbox(text);
    const auto domain = address::normalize_domain(text.substr(1));
    if (!domain) return std::nullopt;
    return '@' + *domain;
}

}  // namespace postern::ldap
