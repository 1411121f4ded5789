// `postern users import`.
#include <iostream>

#include "cli/import_directory.hpp"
#include "cli/import_file.hpp"
#include "cli/import_run.hpp"
#include "cli/users.hpp"

namespace postern::cli {

namespace {

using directory::Administration;

struct Options : ImportOptions {
    std::string form, source;
};

int import_file(ImportRun& run, const Options& options) {
    if (options.source.empty()) {
        std::cerr << "which file? It stands behind the options\n";
        return Status::usage;
    }
    const auto open = [&] { return open_file_source(options.form, options.source); };
    if (open()) return run.run(open);
    std::cerr << options.source << ": the file cannot be read\n";
    return Status::usage;
}

int import_directory(ImportRun& run, const Options& options, const Surroundings& surroundings) {
    ForeignDirectory foreign(options.form, options.source, surroundings);
    if (foreign.status() != Status::good) return foreign.status();
    return run.run([&] { return foreign.open(); });
}

int import(Administration& administration, const Options& options,
           const Surroundings& surroundings) {
    ImportRun run(administration, surroundings.hashing, options);
    const bool is_live = options.form == "ldap" || options.form == "sql";
    return is_live ? import_directory(run, options, surroundings) : import_file(run, options);
}

}  // namespace

void add_users_import(CLI::App& users, Action& chosen) {
    auto* command =
        users.add_subcommand("import", "Take over accounts from a file or another directory");
    command->footer(
        "What the source lists is added to what an account has; its password and its status\n"
        "replace those it has. Batches of 500 are written whole or not at all, and what is the\n"
        "same is skipped: run it again after an interruption. What is refused is told with its\n"
        "place and why.\n"
        "Exit status: 0 all taken; 1 some refused; 75 the database or the source cannot be\n"
        "reached, or broke off.\n"
        "Example:\n  postern users import --from csv accounts.csv --dry-run\n"
        "  postern users import --from ldap corp --directory new");
    const auto options = std::make_shared<Options>();
    command->add_option("--from", options->form, "csv, ldif or passwd; ldap or sql: live")
        ->required()
        ->type_name("FORM")
        ->check(CLI::IsMember({"csv", "ldif", "passwd", "ldap", "sql"}));
    command->add_option(
        "SOURCE", options->source,
        "The file; live, the directory of the settings that has the accounts,\nwhere several could "
        "be meant");
    command->add_flag("--dry-run", options->dry_run, "Tell what would change, and change nothing");
    command->add_flag("--clear-text", options->clear_text,
                      "Passwords may be clear text, and are hashed; that takes a while");
    add_work(*command, chosen, options, import);
}

}  // namespace postern::cli
