#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "config/section.hpp"
#include "crypto/hash_pool.hpp"
#include "crypto/password_hash.hpp"
#include "directory/abi.hpp"
#include "directory/administration.hpp"
#include "directory/directory.hpp"
#include "observe/log.hpp"

namespace postern::directory {

// What a backend is given; everything outlives it.
struct BackendContext {
    asio::io_context& io;  // of the thread that owns the directory; nothing else may touch it
    crypto::HashPool& hash_pool;
    crypto::HashLimits hash_limits;
    crypto::HashCost hash_cost;  // of new hashes
    observe::Log& log;
    std::string name;  // "people" of [directory.people]
};

// The descriptor a plugin returns from its one entry point. `abi` stays the first member for ever.
struct Plugin {
    const char* abi;   // abi_tag() as the plugin was compiled
    const char* type;  // "memory"
    // Reads the backend's settings, recording mistakes in `section`, and builds it. nullptr only
    // when it has recorded a Problem. Does no I/O.
    std::unique_ptr<Directory> (*create)(const BackendContext& context, config::Section& section);
    // Connects to what keeps the accounts, to administer them; blocks. The settings are the same
    // ones, and mistakes are recorded as above (nullptr then). Throws AdministrationError. nullptr
    // itself: the accounts of this kind of directory are written elsewhere.
    std::unique_ptr<Administration> (*administer)(config::Section& section,
                                                  observe::Log& log) = nullptr;
};

using PluginEntry = const Plugin* (*)();

}  // namespace postern::directory

// Every plugin has exactly one of these in its plugin.cpp: its type, `create`, and `administer`
// when it has one.
#define POSTERN_PLUGIN(type_name, ...)                                                    \
    extern "C" __attribute__((visibility("default"))) const ::postern::directory::Plugin* \
    postern_plugin() {                                                                    \
        static const ::postern::directory::Plugin plugin{::postern::directory::abi_tag(), \
                                                         type_name, __VA_ARGS__};         \
        return &plugin;                                                                   \
    }
