#include "cli/cli.hpp"

#include <csignal>
#include <iostream>

namespace postern::cli {

int run(int count, char** arguments) {
    // A client that is gone is an error of that write, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);

    CLI::App program("Postern: an SMTP submission gateway", "postern");
    program.require_subcommand(1);
    program.footer("Example:\n  postern serve --config /etc/postern/postern.toml");
    Action chosen;
    add_serve(program, chosen);
    add_check(program, chosen);
    add_auth(program, chosen);
    add_lookup(program, chosen);
    add_explain(program, chosen);
    add_migrate(program, chosen);
    add_users(program, chosen);
    add_cache(program, chosen);
    add_limits(program, chosen);
    add_hash(program, chosen);
    add_version(program, chosen);
    try {
        program.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? Status::good : Status::usage;
    }
    try {
        return chosen();
    } catch (const std::exception& error) {
        std::cerr << "postern: " << error.what() << "\n";
        return Status::software;
    }
}

}  // namespace postern::cli
