#pragma once

#include <memory>
#include <string>

#include "config/section.hpp"
#include "directory/limited.hpp"
#include "directory/plugin_loader.hpp"
#include "directory/service.hpp"

namespace postern::directory {

// What every directory has, whatever its backend: the part of [directory.x] that is not the
// backend's.
struct ServiceSettings {
    std::string type;                                        // names the plugin
    net::Clock::duration timeout = std::chrono::seconds(5);  // the whole question, waiting included
    LimitedSettings limits;
};

ServiceSettings read_service_settings(config::Section& section);

// What all directories of the program share; everything outlives them.
struct SharedParts {
    PluginLoader& plugins;
    crypto::HashPool& hash_pool;
    crypto::HashLimits hash_limits;
    observe::Log& log;
};

// Builds the directory that [directory.<name>] describes, with all that stands around its backend,
// on a thread of its own. nullptr: what is wrong with the section has become Problems.
std::unique_ptr<Service> make_service(const std::string& name, config::Section& section,
                                      const SharedParts& shared);

}  // namespace postern::directory
