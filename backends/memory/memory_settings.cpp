#include "memory/memory_settings.hpp"

#include <fmt/format.h>

#include <set>

#include "address/mailbox.hpp"
#include "identity/login.hpp"

namespace postern::memory {

namespace {

using config::Section;

// Each secret may cost a hash per login.
constexpr std::size_t most_secrets = 8;

bool read_class(Section& principal) {
    return principal.choice<bool>("class",
                                  {{"individual", true},
                                   {"admin", true},
                                   {"superuser", true},
                                   {"group", false},
                                   {"list", false},
                                   {"resource", false},
                                   {"location", false},
                                   {"other", false}},
                                  true);
}

std::string hint_for(crypto::HashError error, const crypto::HashLimits& limits) {
    switch (error) {
        case crypto::HashError::too_expensive:
            return fmt::format("at most m={} (KiB), t={}, p={}, and what [server.hash] says",
                               limits.memory_kib, limits.passes, limits.lanes);
        case crypto::HashError::unknown_scheme:
            return "{ARGON2ID}$argon2id$..., or {PLAIN}... for a plain text that begins with { or "
                   "$";
        case crypto::HashError::weak:
            return "a new one of `postern hash`, or allow-weak-schemes = true";
        case crypto::HashError::malformed:
            break;
    }
    return "whole and on one line, as $argon2id$v=19$m=65536,t=3,p=4$<salt>$<hash>; {PLAIN}... for "
           "a plain text";
}

std::vector<crypto::PasswordHash> read_secrets(Section& principal, const std::string& name,
                                               bool is_person, const crypto::HashLimits& limits) {
    std::vector<crypto::PasswordHash> hashes;
    auto secrets = principal.secrets("secret");
    if (secrets.empty() && is_person)
        principal.problem("secret", fmt::format("\"{}\" has no secret", name),
                          "secret = \"$argon2id$...\"");
    if (secrets.size() > most_secrets) {
        auto what = fmt::format("\"{}\" has {} secrets", name, secrets.size());
        principal.problem("secret", what, fmt::format("at most {}", most_secrets));
        return hashes;
    }
    for (const auto& secret : secrets) {
        if (secret.empty()) {
            principal.problem("secret", fmt::format("\"{}\" has an empty secret", name),
                              "disabled = true closes an account");
            continue;
        }
        auto hash = crypto::PasswordHash::parse(secret.reveal(), limits);
        if (hash) {
            hashes.push_back(std::move(*hash));
            continue;
        }
        auto what = fmt::format("a secret of \"{}\" is no password hash we can check: {}", name,
                                crypto::to_string(hash.error()));
        principal.problem("secret", what, hint_for(hash.error(), limits));
    }
    return hashes;
}

bool is_address(std::string_view text) {
    if (text.starts_with('@')) return address::normalize_domain(text.substr(1)).has_value();
    auto mailbox = address::parse_mailbox(text);
    return mailbox && !mailbox->domain.empty();
}

std::vector<std::string> read_addresses(Section& principal) {
    auto addresses = principal.texts("email");
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        if (is_address(addresses[i])) continue;
        // Not as it is: it may have come out of a file of secrets.
        principal.problem("email", fmt::format("entry {} is no address", i + 1),
                          "user@example.org, or @example.org for a whole domain");
    }
    return addresses;
}

// Two names that compare equal would be one login with two passwords.
void check_name(Section& principal, const std::string& name, std::set<std::string>& names) {
    auto login = identity::Login::parse(name);
    if (!login)
        principal.problem("name", fmt::format("\"{}\" cannot be a login", name),
                          "UTF-8 without control characters, at most 512 octets");
    else if (!names.insert(login->text()).second)
        principal.problem("name", fmt::format("there are two principals \"{}\"", name),
                          "names are compared without regard to case");
}

Account read_account(Section& principal, const crypto::HashLimits& limits,
                     std::set<std::string>& names) {
    Account account;
    account.principal.name = principal.required_text("name");
    if (!account.principal.name.empty()) check_name(principal, account.principal.name, names);
    account.is_person = read_class(principal);
    account.disabled = principal.boolean("disabled", false);
    account.principal.addresses = read_addresses(principal);
    account.principal.groups = principal.texts("member-of");
    principal.text("description");
    account.secrets = read_secrets(principal, account.principal.name, account.is_person, limits);
    return account;
}

}  // namespace

std::vector<Account> read_accounts(Section& section, const crypto::HashLimits& limits) {
    std::vector<Account> accounts;
    std::set<std::string> names;
    if (!section.has("principals"))
        section.problem(
            "", "a directory of type \"memory\" without principals",
            fmt::format("[[{}.principals]] with name, secret and email", section.name()));
    for (auto& principal : section.list("principals"))
        accounts.push_back(read_account(principal, limits, names));
    return accounts;
}

}  // namespace postern::memory
