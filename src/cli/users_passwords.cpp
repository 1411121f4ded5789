// `postern users` passwd and app-password.
#include <fmt/format.h>

#include <iostream>

#include "cli/account_input.hpp"
#include "cli/password_prompt.hpp"
#include "cli/users.hpp"
#include "crypto/random.hpp"

namespace postern::cli {

namespace {

using directory::Administration;

struct PasswordOptions {
    std::string login;
    bool ready_hash = false;
};

std::optional<crypto::Secret> read_ready_hash(const Hashing& hashing) {
    const auto typed = read_password("Password hash: ");
    if (!typed) return std::nullopt;
    auto hash = read_hash(typed->reveal(), hashing.limits);
    if (!hash.value) std::cerr << hash.why << "\n";
    return std::move(hash.value);
}

// Whoever had to change it has done so now.
int set_password(Administration& administration, const PasswordOptions& options,
                 const Hashing& hashing) {
    const auto before = administration.account(options.login);
    const auto hash = options.ready_hash ? read_ready_hash(hashing) : read_new_hash(hashing);
    if (!hash) return Status::usage;
    administration.set_hash(before.name, *hash);
    if (before.status == directory::AccountStatus::must_change)
        administration.set_status(before.name, directory::AccountStatus::active);
    std::cout << "the password of " << before.name << " is a new one\n";
    return Status::good;
}

void add_passwd(CLI::App& users, Action& chosen) {
    auto* command = users.add_subcommand("passwd", "Give an account a new password");
    command->footer(
        "The password is typed twice at the terminal, or is the first line of standard input.\n"
        "An account that had to change it is active again.\n"
        "Example:\n  postern users passwd jane");
    const auto options = std::make_shared<PasswordOptions>();
    command->add_option("LOGIN", options->login, "Name or address of the account")
        ->required()
        ->transform(login_form());
    command->add_flag("--hash", options->ready_hash,
                      "What is typed is a ready hash, $argon2id$...");
    add_work(*command, chosen, options, set_password);
}

struct AppPasswordOptions {
    std::string login, action, id, label;
};

constexpr std::size_t id_size = 8, group_size = 4;

// 160 random bits behind the id: nobody guesses that, so its hash need not be slow.
constexpr crypto::HashCost cheap{.memory_kib = 1024, .passes = 1, .lanes = 1};

std::string new_text(const std::string& id) {
    auto secret = crypto::random_id();
    auto more = crypto::random_id();
    const crypto::WipeAtEnd wiped(secret), wiped_too(more);
    secret.append(more);
    std::string text = id;
    text.reserve(id.size() + secret.size() / group_size * (group_size + 1));
    for (std::size_t at = 0; at < secret.size(); at += group_size)
        text.append("-").append(secret, at, group_size);
    return text;
}

int add_app_password(Administration& administration, const AppPasswordOptions& options) {
    directory::AppPassword password;
    password.id = crypto::random_id().substr(0, id_size);
    password.label = options.label;
    auto text = new_text(password.id);
    const auto secret = crypto::Secret::take(text);
    password.hash = hash_of(secret, cheap);
    administration.add_app_password(options.login, password);
    std::cout << secret.reveal() << "\n";
    std::cerr << "this is shown once; `postern users app-password " << options.login << " revoke "
              << password.id << "` ends it\n";
    return Status::good;
}

int list_app_passwords(Administration& administration, const AppPasswordOptions& options) {
    std::cout << fmt::format("{:<10}{:<18}{:<18}{:<18}{}\n", "id", "created", "last used",
                             "revoked", "label");
    for (const auto& each : administration.account(options.login).app_passwords)
        std::cout << fmt::format("{:<10}{:<18}{:<18}{:<18}{}\n", each.id, each.created,
                                 each.last_used.empty() ? "never" : each.last_used,
                                 each.revoked.empty() ? "no" : each.revoked, each.label);
    return Status::good;
}

int app_password(Administration& administration, const AppPasswordOptions& options) {
    if (options.action == "list") return list_app_passwords(administration, options);
    if (options.action == "add" && !options.label.empty())
        return add_app_password(administration, options);
    if (options.action == "revoke" && !options.id.empty()) {
        administration.revoke_app_password(options.login, options.id);
        std::cout << "revoked " << options.id << "\n";
        return Status::good;
    }
    std::cerr << (options.action == "add" ? "for which device or program? --label \"Jane's phone\""
                                          : "which one? `list` tells the ids")
              << "\n";
    return Status::usage;
}

void add_app_passwords(CLI::App& users, Action& chosen) {
    auto* command =
        users.add_subcommand("app-password", "Passwords for one device or program each");
    command->footer(
        "Example:\n  postern users app-password jane add --label \"Jane's phone\"\n"
        "  postern users app-password jane list\n"
        "  postern users app-password jane revoke abcdefgh");
    const auto options = std::make_shared<AppPasswordOptions>();
    command->add_option("LOGIN", options->login, "Name or address of the account")
        ->required()
        ->transform(login_form());
    command->add_option("ACTION", options->action, "add, list or revoke")
        ->required()
        ->check(CLI::IsMember({"add", "list", "revoke"}));
    command->add_option("ID", options->id, "Of the one to revoke");
    command->add_option("--label", options->label, "What the new one is for")->type_name("LABEL");
    add_work(*command, chosen, options, app_password);
}

}  // namespace

void add_users_passwords(CLI::App& users, Action& chosen) {
    add_passwd(users, chosen);
    add_app_passwords(users, chosen);
}

}  // namespace postern::cli
