#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cache/redis_settings.hpp"
#include "config/section.hpp"
#include "crypto/secret.hpp"

namespace postern::cache {

// [cache] and [redis.<name>]: what the caches of all directories share.
struct SharedSettings {
    // Nothing leaves the process without a key of the settings; inside it one drawn at random does.
    bool has_key = false;
    crypto::Secret key;
    std::optional<crypto::Secret> previous_key;
    std::map<std::string, std::shared_ptr<const RedisSettings>, std::less<>> redis;
};

// Mistakes become Problems.
std::shared_ptr<const SharedSettings> read_shared_settings(config::Section& root);
// The Redis that `redis` of a section names; nullptr: there is none, or no key, which has become a
// Problem.
std::shared_ptr<const RedisSettings> find_redis(config::Section& section, const std::string& name,
                                                const SharedSettings& shared);

}  // namespace postern::cache
