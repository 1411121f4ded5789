#include "cli/settings_option.hpp"

#include <cstdlib>

namespace postern::cli {

SettingsOption::SettingsOption(CLI::App& command) {
    command
        .add_option("--config", *given_,
                    "Settings file; repeated, later files add sections\n"
                    "(default: $POSTERN_CONFIG, else /etc/postern/postern.toml)")
        ->type_name("FILE")
        ->expected(1)
        ->take_all();
}

std::vector<std::string> SettingsOption::files() const {
    if (!given_->empty()) return *given_;
    if (const char* from_environment = std::getenv("POSTERN_CONFIG")) return {from_environment};
    return {"/etc/postern/postern.toml"};
}

}  // namespace postern::cli
