#include <iostream>
#include <memory>

#include "app/application.hpp"
#include "app/settings.hpp"
#include "cli/cli.hpp"
#include "cli/password_prompt.hpp"
#include "cli/settings_option.hpp"

namespace postern::cli {

namespace {

using crypto::HashError;
using crypto::PasswordHash;

// [server.hash]; the defaults where nobody has a settings file. nullopt: mistakes, which are told.
std::optional<app::ServerSettings> read_settings(const SettingsOption& option) {
    app::ServerSettings settings;
    const auto files = option.files_if_any();
    if (files.empty()) return settings;
    auto document = config::Document::load(files);
    auto section = document.root().table("server").table("hash");
    app::read_hash_settings(section, settings);
    const auto problems = document.problems();
    if (problems.empty()) return settings;
    app::report(problems);
    return std::nullopt;
}

int verify(std::string_view stored, crypto::HashLimits limits) {
    const auto strict = PasswordHash::parse(stored, limits);
    const bool is_weak = !strict && strict.error() == HashError::weak;
    limits.allow_weak = true;
    const auto hash = PasswordHash::parse(stored, limits);
    if (!hash) {
        std::cerr << "it cannot be checked: " << crypto::to_string(hash.error()) << "\n";
        return Status::configuration;
    }
    if (is_weak) std::cerr << "it is weak: a directory wants allow-weak-schemes = true for it\n";
    const auto password = read_password("Password: ");
    if (!password) return Status::usage;
    const bool fits = hash->verify(*password);
    std::cout << (fits ? "the password fits\n" : "the password does not fit\n");
    return fits ? Status::good : Status::no;
}

int make(const crypto::HashCost& cost) {
    const auto password = read_new_password();
    if (!password) return Status::usage;
    std::cout << "{ARGON2ID}" << crypto::hash_password(*password, cost) << "\n";
    return Status::good;
}

int hash(const SettingsOption& option, const std::optional<std::string>& stored) {
    const auto settings = read_settings(option);
    if (!settings) return Status::configuration;
    return stored ? verify(*stored, settings->hash_limits) : make(settings->hash_cost);
}

}  // namespace

void add_hash(CLI::App& program, Action& chosen) {
    auto* command =
        program.add_subcommand("hash", "Make the hash of a password, or check a password with one");
    command->footer(
        "The password is typed at the terminal, or is the first line of standard input. A new hash "
        "costs what server.hash.new says.\n"
        "Exit status: 0 made, or the password fits; 1 it does not fit; 78 such a hash cannot be "
        "checked.\n"
        "Example:\n  postern hash\n  postern hash --verify "
        "'{SSHA}ibrzfaXRhfTT5dY9kdGSR9rj8cWJdUTd'");
    const SettingsOption settings(*command);
    const auto stored = std::make_shared<std::optional<std::string>>();
    command->add_option("--verify", *stored, "Check the password with this")->type_name("HASH");
    command->callback([&chosen, settings, stored] {
        chosen = [settings, stored] { return hash(settings, *stored); };
    });
}

}  // namespace postern::cli
