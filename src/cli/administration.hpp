#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/cli.hpp"
#include "cli/settings_option.hpp"
#include "config/section.hpp"
#include "crypto/password_hash.hpp"
#include "directory/administration.hpp"
#include "directory/plugin_loader.hpp"

namespace postern::cli {

// What these settings say of stored passwords.
struct Hashing {
    crypto::HashCost cost;      // of new ones
    crypto::HashLimits limits;  // of those that come ready
};

// What somebody who administers may also need of the settings.
struct Surroundings {
    Hashing hashing;
    config::Document& document;
    std::string directory;  // the one that is administered
};

directory::PluginLoader plugins_of(config::Document& document);

// What `migrate` and `users` have in common: the options --config and --directory, and somebody to
// do what was asked for. Of the settings only the directory's own are read, so that accounts can be
// administered on a host that serves nobody.
class AdministrationOption {
 public:
    explicit AdministrationOption(CLI::App& command);

    // Connects and lets `work` do it; returns the exit status. What goes wrong is told on standard
    // error.
    using Work = std::function<int(directory::Administration&, const Surroundings&)>;
    int run(const Work& work) const;

 private:
    SettingsOption settings_;
    std::shared_ptr<std::string> directory_ = std::make_shared<std::string>();
};

}  // namespace postern::cli
