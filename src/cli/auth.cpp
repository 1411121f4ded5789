#include "cli/answer.hpp"
#include "cli/password_prompt.hpp"
#include "cli/question.hpp"

namespace postern::cli {

namespace {

int authenticate(Instance& instance, directory::Service& directory, const identity::Login& login) {
    auto password = read_password("Password: ");
    if (!password) return Status::usage;
    const Stopwatch watch;
    return print(
        instance.await(directory.authenticate({login, std::move(*password), "command line"})),
        watch);
}

}  // namespace

void add_auth(CLI::App& program, Action& chosen) {
    auto* command = program.add_subcommand("auth", "Ask a directory whether a password is right");
    command->footer(
        "The password is typed at the terminal, or is the first line of standard input.\n"
        "Exit status: 0 accepted, 1 rejected, 75 the directory cannot tell now.\n"
        "Example:\n  postern auth jane@example.org --directory people");
    add_question(*command, chosen, authenticate);
}

}  // namespace postern::cli
