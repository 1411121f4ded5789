#include "cli/account_input.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "address/mailbox.hpp"
#include "address/unicode.hpp"
#include "identity/login.hpp"

namespace postern::cli {

namespace {

constexpr std::size_t longest_group = 255;

// What is refused is shown, but never as something that moves the cursor.
std::string shown(std::string_view typed) {
    constexpr std::size_t most = 80;
    if (!address::is_text(typed)) return "that";
    return fmt::format("\"{}\"", typed.size() > most ? "..." : typed);
}

}  // namespace

Read<std::string> read_login(std::string_view typed) {
    // What looks like an address is one: no account is called otherwise (migrations/0001).
    if (typed.find('@') != typed.npos && !typed.starts_with('@')) return read_address(typed);
    const auto login = identity::Login::parse(typed);
    if (!login)
        return Read<std::string>::refused(
            "a login is UTF-8 text without control characters, of 1 to 512 octets");
    return login->text();
}

Read<std::string> read_group(std::string_view typed) {
    const auto name = identity::Login::parse(typed);
    if (!name || name->text().size() > longest_group)
        return Read<std::string>::refused(shown(typed) + " is no group's name");
    return name->text();
}

Read<std::string> read_pattern(std::string_view typed) {
    if (!address::is_text(typed)) return Read<std::string>::refused("that is no text");
    return address::to_lower(typed);
}

Read<std::string> read_address(std::string_view typed) {
    if (typed.starts_with('@')) {
        if (auto domain = address::normalize_domain(typed.substr(1))) return "@" + *domain;
        return Read<std::string>::refused(shown(typed) + " is not @ and a domain");
    }
    auto mailbox = address::parse_mailbox(typed);
    if (!mailbox) return Read<std::string>::refused(shown(typed) + " is no mail address");
    if (mailbox->domain.starts_with('['))
        return Read<std::string>::refused(shown(typed) + " is at no domain");
    mailbox->local_part = address::to_lower(mailbox->local_part);
    // Lower case may be longer than what it was made of.
    if (!address::parse_mailbox(mailbox->text()))
        return Read<std::string>::refused(shown(typed) + " has a long local part");
    return mailbox->text();
}

bool is_clear_text(std::string_view stored) {
    if (!stored.starts_with('{')) return !stored.starts_with('$');
    std::string scheme(stored.substr(0, stored.find('}')));
    std::ranges::transform(scheme, scheme.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return scheme == "{plain" || scheme == "{clear" || scheme == "{cleartext";
}

Read<crypto::Secret> read_hash(std::string_view stored, const crypto::HashLimits& limits) {
    if (stored.empty()) return Read<crypto::Secret>::refused("the password hash is empty");
    if (is_clear_text(stored)) return Read<crypto::Secret>::refused("the password is clear text");
    const auto parsed = crypto::PasswordHash::parse(stored, limits);
    if (!parsed)
        return Read<crypto::Secret>::refused(
            fmt::format("the password hash cannot be used: {}", crypto::to_string(parsed.error())));
    return crypto::Secret(stored);
}

crypto::Secret hash_of(const crypto::Secret& password, const crypto::HashCost& cost) {
    auto hash = crypto::hash_password(password, cost);
    return crypto::Secret::take(hash);
}

}  // namespace postern::cli
