#pragma once

#include "cli/cli.hpp"
#include "cli/instance.hpp"

namespace postern::cli {

// A question to a directory about one login: asks it, prints the answer, returns the exit status.
using Question = int (*)(Instance& instance, directory::Service& directory,
                         const identity::Login& login);

// Makes `command` one that puts this question, with the options --config, --directory and LOGIN.
void add_question(CLI::App& command, Action& chosen, Question question);

}  // namespace postern::cli
