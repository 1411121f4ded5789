#pragma once

#include <optional>
#include <string>

#include "cache/store.hpp"
#include "config/section.hpp"
#include "directory/guarded.hpp"

namespace postern::directory {

// What of a directory's answers may be remembered: the table `cache` of its section.
struct CacheSettings {
    cache::StoreSettings store;
    std::string redis;   // names a [redis.x]; empty: only this process remembers
    bool watch = false;  // the directory tells what changes
    bool check = false;  // the directory is asked whether an account has changed
};

// `directory` is the section that has the table; nullopt: it has none, so nothing is remembered.
// Mistakes become Problems.
std::optional<CacheSettings> read_cache_settings(config::Section& directory);
// The table `lockout-guard`; nullopt: there is none.
std::optional<GuardSettings> read_guard_settings(config::Section& directory);

}  // namespace postern::directory
