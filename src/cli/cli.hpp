// cli: one file per subcommand. A subcommand adds itself to the parser with its options and its
// --help, and leaves behind what is to be done when it was the one chosen: a function that returns
// the exit status.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace postern::cli {

// BEHAVIOUR section 7.
enum Status : std::uint8_t {
    good = 0,
    no = 1,  // the answer is no
    usage = 64,
    software = 70,     // a fault of ours
    cannot_tell = 75,  // not now
    configuration = 78,
};

using Action = std::function<int()>;

void add_serve(CLI::App& program, Action& chosen);
void add_check(CLI::App& program, Action& chosen);
void add_auth(CLI::App& program, Action& chosen);
void add_lookup(CLI::App& program, Action& chosen);
void add_explain(CLI::App& program, Action& chosen);
void add_migrate(CLI::App& program, Action& chosen);
void add_users(CLI::App& program, Action& chosen);
void add_cache(CLI::App& program, Action& chosen);
void add_limits(CLI::App& program, Action& chosen);
void add_hash(CLI::App& program, Action& chosen);
void add_version(CLI::App& program, Action& chosen);

// The whole command line, to the exit status.
int run(int count, char** arguments);

}  // namespace postern::cli
