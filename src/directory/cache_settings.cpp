#include "directory/cache_settings.hpp"

#include <chrono>

namespace postern::directory {

using namespace std::chrono_literals;

std::optional<CacheSettings> read_cache_settings(config::Section& directory) {
    if (!directory.has("cache")) return std::nullopt;
    CacheSettings settings;
    auto& store = settings.store;
    auto cache = directory.table("cache");
    store.entries = static_cast<std::size_t>(
        cache.integer("entries", static_cast<std::int64_t>(store.entries), 0, 100'000'000));
    store.bytes = static_cast<std::size_t>(cache.size("size", store.bytes, 64 * 1024));
    store.local = cache.duration("local", store.local, 0ms, 1h);
    settings.redis = cache.text("redis");
    settings.watch = cache.boolean("watch", false);
    settings.check = cache.choice<bool>("check", {{"none", false}, {"attribute", true}}, false);
    auto ttl = cache.table("ttl");
    auto& rules = store.rules;
    rules.positive = ttl.duration("positive", rules.positive, 0ms, 24h * 30);
    rules.negative = ttl.duration("negative", rules.negative, 0ms, 24h);
    rules.stale = ttl.duration("stale", rules.stale, 0ms, 24h * 30);
    if (rules.stale > 0ms && rules.stale <= rules.positive)
        ttl.problem("stale", "what is not older than ttl.positive needs no directory anyway",
                    "longer than ttl.positive, or 0 for never");
    return settings;
}

std::optional<GuardSettings> read_guard_settings(config::Section& directory) {
    constexpr std::string_view key = "lockout-guard";
    if (!directory.has(key)) return std::nullopt;
    GuardSettings settings;
    auto guard = directory.table(key);
    const auto count = [&guard](std::string_view name, std::uint64_t fallback) {
        return static_cast<std::uint64_t>(
            guard.integer(name, static_cast<std::int64_t>(fallback), 1, 1'000'000));
    };
    settings.failures = count("failures", settings.failures);
    settings.total = count("total", settings.total);
    settings.quiet = guard.duration("quiet", settings.quiet, 1s, 24h * 7);
    return settings;
}

}  // namespace postern::directory
