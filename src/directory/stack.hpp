#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cache/shared_settings.hpp"
#include "config/section.hpp"
#include "directory/cache_settings.hpp"
#include "directory/layers.hpp"
#include "directory/plugin_loader.hpp"
#include "directory/service.hpp"

namespace postern::directory {

// What every directory has, whatever its backend: the part of [directory.x] that is not the
// backend's.
struct ServiceSettings {
    std::string type;  // names the plugin
    LayerSettings layers;
    std::optional<CacheSettings> cache;
};

// What names the backend.
inline constexpr std::string_view type_key = "type";
inline constexpr std::string_view older_type_key = "protocol";  // in [remote.x] of older settings

// What compositions have too. Neither cache nor guard: two members may each have a "jane", and what
// is remembered of one of them is not the other's.
ServiceSettings read_service_settings(config::Section& section, std::string_view key = type_key);

ServiceSettings read_backend_settings(config::Section& section, std::string_view key = type_key);

// What all directories of the program share; everything outlives them.
struct SharedParts {
    // Another directory of these settings by its name. nullptr: there is none, or it has mistakes,
    // or it needs the one that asks.
    using Find = std::function<std::shared_ptr<Service>(const std::string&)>;
    // Its settings; nullptr: there are none of that name.
    using Describe = std::function<const config::Section*(const std::string&)>;

    PluginLoader& plugins;
    crypto::HashPool& hash_pool;
    crypto::HashLimits hash_limits;
    crypto::HashCost hash_cost;
    observe::Log& log;
    // nullptr: nothing is remembered, for who asks but once.
    std::shared_ptr<const cache::SharedSettings> cache = nullptr;
    // What their caches could not tell Redis.
    std::shared_ptr<cache::LostByDirectory> lost = std::make_shared<cache::LostByDirectory>();
    Find find = [](const std::string&) { return nullptr; };
    Describe describe = [](const std::string&) { return nullptr; };
};

// What a directory's answers depend on, those of the one that lists its addresses included: what
// other settings remembered is found under other names.
std::string fingerprint(config::Section& section, const SharedParts::Describe& describe);

// The directory that the value of `key` names; nullptr: there is none, which is a Problem now.
std::shared_ptr<Service> find_member(config::Section& section, std::string_view key,
                                     const SharedParts& shared);

// Builds the directory that [directory.<name>] describes, with all that stands around its backend,
// on a thread of its own. nullptr: what is wrong with the section has become Problems.
std::unique_ptr<Service> make_service(const std::string& name, config::Section& section,
                                      const SharedParts& shared);
// The same for [remote.<name>] of older settings.
std::unique_ptr<Service> make_remote_service(const std::string& name, config::Section& section,
                                             const SharedParts& shared);

}  // namespace postern::directory
