#include "cli/settings_option.hpp"

#include <cstdlib>
#include <filesystem>

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

std::vector<std::string> SettingsOption::files_if_any() const {
    const bool is_named = !given_->empty() || std::getenv("POSTERN_CONFIG") != nullptr;
    auto all = files();
    if (!is_named && !std::filesystem::exists(all.front())) all.clear();
    return all;
}

}  // namespace postern::cli
