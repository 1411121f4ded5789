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

int authenticate(const SettingsOption& settings, const Options& options) {
    Tool tool(settings.files());
    if (tool.generation() == nullptr) return Status::configuration;
    auto* directory = tool.directory(options.directory);
    if (directory == nullptr) return Status::usage;
    const auto login = identity::Login::parse(options.login);
    if (!login) {
        std::cerr << "that is no login: empty, too long, or not UTF-8 text\n";
        return Status::usage;
    }
    auto password = read_password("Password: ");
    const auto asked = net::Clock::now();
    const auto verdict =
        tool.await(directory->authenticate({*login, std::move(password), "command line"}));
    return print(verdict,
                 std::chrono::duration_cast<std::chrono::milliseconds>(net::Clock::now() - asked));
}

}  // namespace

void add_auth(CLI::App& program, Action& chosen) {
    auto* command = program.add_subcommand("auth", "Ask a directory whether a password is right");
    command->footer(
        "The password is typed at the terminal, or is the first line of standard input.\n"
        "Exit status: 0 accepted, 1 rejected, 75 the directory cannot tell now.\n"
        "Example:\n  postern auth jane@example.org --directory people");
    const SettingsOption settings(*command);
    auto options = std::make_shared<Options>();
    command->add_option("LOGIN", options->login, "As a mail client would send it")->required();
    command->add_option("--directory", options->directory, "Which one, when there are several")
        ->type_name("NAME");
    command->callback([&chosen, settings, options] {
        chosen = [settings, options] { return authenticate(settings, *options); };
    });
}

}  // namespace postern::cli
