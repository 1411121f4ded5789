#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

namespace postern::cli {

// --config FILE, which may be repeated; else $POSTERN_CONFIG; else /etc/postern/postern.toml.
class SettingsOption {
 public:
    explicit SettingsOption(CLI::App& command);
    std::vector<std::string> files() const;
    // The same, but nothing where nobody has named one and the usual one does not exist.
    std::vector<std::string> files_if_any() const;

 private:
    std::shared_ptr<std::vector<std::string>> given_ = std::make_shared<std::vector<std::string>>();
};

}  // namespace postern::cli
