#include "cli/question.hpp"

#include <iostream>
#include <memory>

#include "cli/settings_option.hpp"

namespace postern::cli {

namespace {

struct Options {
    std::string login, directory;
};

int put(Question question, const SettingsOption& settings, const Options& options) {
    Instance instance(settings.files());
    if (instance.generation() == nullptr) return Status::configuration;
    auto* directory = instance.directory(options.directory);
    if (directory == nullptr) return Status::usage;
    const auto login = identity::Login::parse(options.login);
    if (!login) {
        std::cerr << "that is no login: empty, too long, or not UTF-8 text\n";
        return Status::usage;
    }
    return question(instance, *directory, *login);
}

}  // namespace

void add_question(CLI::App& command, Action& chosen, Question question) {
    const SettingsOption settings(command);
    const auto options = std::make_shared<Options>();
    command.add_option("LOGIN", options->login, "As a mail client would send it")->required();
    command.add_option("--directory", options->directory, "Which one, when there are several")
        ->type_name("NAME");
    command.callback([&chosen, question, settings, options] {
        chosen = [question, settings, options] { return put(question, settings, *options); };
    });
}

}  // namespace postern::cli
