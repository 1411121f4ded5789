#include <fmt/format.h>

#include <iostream>

#include "cli/administration.hpp"

namespace postern::cli {

namespace {

struct Options {
    bool status = false, dry_run = false;
    std::optional<unsigned> to;
};

int tell_status(directory::Administration& administration) {
    std::cout << fmt::format("{:<8} {:<32} {}\n", "number", "name", "applied at");
    for (const auto& each : administration.migrations())
        std::cout << fmt::format("{:<8} {:<32} {}\n", each.number, each.name,
                                 each.pending() ? "pending" : each.applied_at);
    return Status::good;
}

int migrate(directory::Administration& administration, const Options& options) {
    if (options.status) return tell_status(administration);
    std::size_t steps = 0;
    directory::MigrationOrder order;
    order.to = options.to;
    order.dry_run = options.dry_run;
    order.told = [&](const directory::Migration& each) {
        ++steps;
        std::cout << (options.dry_run ? "would apply  " : "applied  ") << each.name << "\n"
                  << std::flush;
    };
    administration.migrate(order);
    if (steps == 0) std::cout << "nothing to do: the schema is as it should be\n";
    return Status::good;
}

}  // namespace

void add_migrate(CLI::App& program, Action& chosen) {
    auto* command = program.add_subcommand(
        "migrate", "Bring the schema of a directory of type \"postgresql\" up to date");
    command->footer(
        "Each step is a transaction of its own; what is applied already is left alone.\n"
        "Exit status: 0 done, or nothing to do; 1 refused; 75 the database cannot be reached.\n"
        "Example:\n  postern migrate --status --directory sql");
    const AdministrationOption administration(*command);
    const auto options = std::make_shared<Options>();
    auto* status =
        command->add_flag("--status", options->status, "Tell what is applied, and change nothing");
    command->add_option("--to", options->to, "Not beyond this step")
        ->type_name("N")
        ->excludes(status);
    command
        ->add_flag("--dry-run", options->dry_run, "Tell what would be applied, and change nothing")
        ->excludes(status);
    command->callback([&chosen, administration, options] {
        chosen = [administration, options] {
            return administration.run(
                [&](auto& each, const Surroundings&) { return migrate(each, *options); });
        };
    });
}

}  // namespace postern::cli
