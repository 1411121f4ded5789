#include <iostream>

#include "cli/cli.hpp"
#include "cli/instance.hpp"
#include "cli/settings_option.hpp"

namespace postern::cli {

namespace {

int check(const SettingsOption& settings) {
    const Instance instance(settings.files(), Instance::Purpose::judge);
    const auto* generation = instance.generation();
    if (generation == nullptr) return Status::configuration;
    for (const auto& listener : generation->server.listeners)
        for (const auto& address : listener.bind)
            std::cout << "listener   " << listener.name << " at " << address << "\n";
    for (const auto& [name, ignored] : generation->environment->directories)
        std::cout << "directory  " << name << "\n";
    for (const auto& [name, ignored] : generation->environment->next_hops)
        std::cout << "next hop   " << name << "\n";
    std::cout << "the settings are good\n";
    for (const auto& missing : generation->missing_backends)
        std::cout << "but the backend \"" << missing.type << "\" of directory \""
                  << missing.directory
                  << "\" is not installed, so `postern serve` will not start\n";
    return Status::good;
}

}  // namespace

void add_check(CLI::App& program, Action& chosen) {
    auto* command = program.add_subcommand("check", "Check settings, plugins and certificates");
    command->footer(
        "Every mistake is printed as file:line:column: what; what would be right. Exit status 78 "
        "then, 0 when all is good.\n"
        "Example:\n  postern check --config /etc/postern/postern.toml");
    const SettingsOption settings(*command);
    command->callback([&chosen, settings] { chosen = [settings] { return check(settings); }; });
}

}  // namespace postern::cli
