#include <unistd.h>

#include "app/application.hpp"
#include "cli/cli.hpp"
#include "cli/settings_option.hpp"

namespace postern::cli {

namespace {

int serve(const SettingsOption& settings) {
    auto application = app::Application::create(settings.files());
    if (!application) return Status::configuration;
    if (application->run()) return Status::good;
    // Sessions or directories are still running on what would be destroyed now.
    ::_exit(Status::software);
}

}  // namespace

void add_serve(CLI::App& program, Action& chosen) {
    auto* command = program.add_subcommand("serve", "Run the gateway in the foreground");
    command->footer(
        "SIGHUP reloads settings and certificates, SIGTERM drains and ends.\n"
        "Example:\n  postern serve --config /etc/postern/postern.toml");
    const SettingsOption settings(*command);
    command->callback([&chosen, settings] { chosen = [settings] { return serve(settings); }; });
}

}  // namespace postern::cli
