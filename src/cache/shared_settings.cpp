#include "cache/shared_settings.hpp"

#include <fmt/format.h>

#include "cache/keys.hpp"
#include "crypto/random.hpp"

namespace postern::cache {

namespace {

std::optional<crypto::Secret> read_key(config::Section& section, std::string_view key) {
    if (!section.has(key)) return std::nullopt;
    auto octets = read_cache_key(section.secret(key));
    if (!octets)
        section.problem(key, "this is no key",
                        "base64 of 32 octets; `postern cache new-key` prints one");
    return octets;
}

}  // namespace

std::shared_ptr<const SharedSettings> read_shared_settings(config::Section& root) {
    auto shared = std::make_shared<SharedSettings>();
    auto section = root.table("cache");
    auto key = read_key(section, "key");
    shared->has_key = key.has_value();
    shared->key = key ? *std::move(key) : crypto::Secret(crypto::random_octets(Keys::key_size));
    shared->previous_key = read_key(section, "previous-key");
    for (auto& [name, each] : root.tables("redis"))
        shared->redis[name] = read_redis_settings(each);
    return shared;
}

std::shared_ptr<const RedisSettings> find_redis(config::Section& section, const std::string& name,
                                                const SharedSettings& shared) {
    const auto found = shared.redis.find(name);
    if (found == shared.redis.end()) {
        section.problem("redis", fmt::format("there is no [redis.{}]", name),
                        "the name of one, or no `redis`: then this process remembers for itself");
        return nullptr;
    }
    if (!shared.has_key)
        section.problem("redis",
                        "what goes to Redis is sealed, and there is no key to seal it with",
                        "key in [cache]; `postern cache new-key` prints one");
    return shared.has_key ? found->second : nullptr;
}

}  // namespace postern::cache
