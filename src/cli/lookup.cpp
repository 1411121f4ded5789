#include <iostream>

#include "cli/answer.hpp"
#include "cli/cli.hpp"
#include "cli/settings_option.hpp"
#include "cli/tool.hpp"

namespace postern::cli {

namespace {

struct Options {
    std::string login, directory;
};

int look_up(const SettingsOption& settings, const Options& options) {
    Tool tool(settings.files());
    if (tool.generation() == nullptr) return Status::configuration;
    auto* directory = tool.directory(options.directory);
    if (directory == nullptr) return Status::usage;
    const auto login = identity::Login::parse(options.login);
    if (!login) {
        std::cerr << "that is no login: empty, too long, or not UTF-8 text\n";
        return Status::usage;
    }
    const auto asked = net::Clock::now();
    const auto answer = tool.await(directory->lookup(*login));
    return print(answer,
                 std::chrono::duration_cast<std::chrono::milliseconds>(net::Clock::now() - asked));
}

}  // namespace

void add_lookup(CLI::App& program, Action& chosen) {
    auto* command =
        program.add_subcommand("lookup", "Ask a directory who a login is, without a password");
    command->footer(
        "Exit status: 0 found, 1 not found or not allowed, 75 the directory cannot tell now.\n"
        "Example:\n  postern lookup jane@example.org --directory people");
    const SettingsOption settings(*command);
    auto options = std::make_shared<Options>();
    command->add_option("LOGIN", options->login, "As a mail client would send it")->required();
    command->add_option("--directory", options->directory, "Which one, when there are several")
        ->type_name("NAME");
    command->callback([&chosen, settings, options] {
        chosen = [settings, options] { return look_up(settings, *options); };
    });
}

}  // namespace postern::cli
