#include "directory/cache_settings.hpp"

namespace postern::directory {

std::optional<CacheSettings> read_cache_settings(config::Section& directory) {
    if (!directory.has("cache")) return std::nullopt;
    CacheSettings settings;
    auto cache = directory.table("cache");
    settings.entries = static_cast<std::size_t>(
        cache.integer("entries", static_cast<std::int64_t>(settings.entries), 0, 100'000'000));
    auto ttl = cache.table("ttl");
    settings.positive = ttl.duration("positive", settings.positive);
    settings.negative = ttl.duration("negative", settings.negative);
    return settings;
}

}  // namespace postern::directory
