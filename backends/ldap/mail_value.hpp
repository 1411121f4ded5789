#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::ldap {

// A value of an attribute that holds addresses, with the prefixes of Exchange's proxyAddresses.
struct MailValue {
    std::string_view address;  // view into the value, behind its prefix
    bool is_primary = false;   // "SMTP:"; "smtp:" and all others are further ones
};

// nullopt: an address of another system, "X500:...", "SIP:...".
std::optional<MailValue> parse_mail_value(std::string_view value);

// The form in which two spellings of one mailbox are equal; nullopt: it is none, or without domain.
std::optional<std::string> normalize_mailbox(std::string_view text);
// Likewise, or "@example.org" for a whole domain.
std::optional<std::string> normalize_mailbox_or_domain(std::string_view text);

}  // namespace postern::ldap
