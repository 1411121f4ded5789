#include "cli/users.hpp"

#include <unistd.h>

#include <iostream>

#include "cli/account_input.hpp"
#include "cli/password_prompt.hpp"

namespace postern::cli {

namespace {

CLI::Validator form_of(Read<std::string> (*read)(std::string_view)) {
    return CLI::Validator(
        [read](std::string& typed) {
            auto result = read(typed);
            if (result.value) typed = std::move(*result.value);
            return result.why;
        },
        "");
}

}  // namespace

CLI::Validator login_form() {
    return form_of(read_login);
}

CLI::Validator address_form() {
    return form_of(read_address);
}

CLI::Validator pattern_form() {
    return form_of(read_pattern);
}

CLI::Validator group_form() {
    return form_of(read_group);
}

std::optional<crypto::Secret> read_new_hash(const Hashing& hashing) {
    const auto password = read_new_password();
    if (!password) return std::nullopt;
    return hash_of(*password, hashing.cost);
}

void add_users(CLI::App& program, Action& chosen) {
    auto* users =
        program.add_subcommand("users", "Administer the accounts of a directory (\"postgresql\")");
    users->require_subcommand(1);
    users->footer(
        "A LOGIN is an account's name or one of its full addresses.\n"
        "Exit status: 0 done; 1 refused, not found or taken; 75 the database cannot be reached.\n"
        "Example:\n  postern users add jane --email jane@example.org --group sales");
    add_users_accounts(*users, chosen);
    add_users_passwords(*users, chosen);
    add_users_belongings(*users, chosen);
    add_users_lists(*users, chosen);
    add_users_import(*users, chosen);
}

}  // namespace postern::cli
