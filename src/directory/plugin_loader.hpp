#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "directory/plugin.hpp"

namespace postern::directory {

// Finds backends: postern-backend-<type>.so in the plugin folder. Loads at start and reload only,
// never unloads. A library of another ABI is refused before any of its code has run.
class PluginLoader {
 public:
    explicit PluginLoader(std::filesystem::path folder);
    // <folder of the program>/../lib/postern/backends
    static std::filesystem::path default_folder();

    // Throws PluginError: no type's name, no such file (the hint lists the installed types), no
    // backend, another ABI, not loadable, another type than its name says.
    const Plugin& load(const std::string& type) const;
    // Sorted. Empty, too, when the folder cannot be read.
    std::vector<std::string> installed() const;

 private:
    std::filesystem::path file_of(const std::string& type) const;
    std::filesystem::path folder_;
};

// `what` went wrong, and what to do about it.
class PluginError : public std::runtime_error {
 public:
    PluginError(const std::string& what, std::string hint)
        : std::runtime_error(what), hint_(std::move(hint)) {}
    const std::string& hint() const { return hint_; }

 private:
    std::string hint_;
};

}  // namespace postern::directory
