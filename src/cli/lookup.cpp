#include "cli/answer.hpp"
#include "cli/question.hpp"

namespace postern::cli {

namespace {

int look_up(Instance& instance, directory::Service& directory, const identity::Login& login) {
    const Stopwatch watch;
    return print(instance.await(directory.lookup(login)), watch);
}

}  // namespace

void add_lookup(CLI::App& program, Action& chosen) {
    auto* command =
        program.add_subcommand("lookup", "Ask a directory who a login is, without a password");
    command->footer(
        "Exit status: 0 found, 1 not found or not allowed, 75 the directory cannot tell now.\n"
        "Example:\n  postern lookup jane@example.org --directory people");
    add_question(*command, chosen, look_up);
}

}  // namespace postern::cli
