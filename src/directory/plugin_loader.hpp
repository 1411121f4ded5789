#pragma once

#include <boost/system/result.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "directory/plugin.hpp"

namespace postern::directory {

// Finds backends: postern-backend-<type>.so in the plugin folder. Loads at start and reload only, never
// unloads. A library of another ABI is refused before anything else of it is touched.
class PluginLoader {
 public:
    explicit PluginLoader(std::filesystem::path folder);
    // <folder of the program>/../lib/postern/backends
    static std::filesystem::path default_folder();

    // Throws PluginError: no such file (the message lists the installed types), not loadable, no entry point,
    // another ABI, another type than its name says.
    const Plugin& load(const std::string& type);
    std::vector<std::string> installed() const;

 private:
    std::filesystem::path folder_;
};

class PluginError : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

}  // namespace postern::directory
