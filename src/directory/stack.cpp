#include "directory/stack.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "directory/addressed.hpp"
#include "directory/compositions.hpp"

namespace postern::directory {

namespace {

using namespace std::chrono_literals;

// Ends the building of a Service whose backend has recorded Problems.
struct NotBuilt {};

std::size_t read_count(config::Section& section, std::string_view key, std::size_t fallback,
                       std::int64_t least) {
    auto most = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::size_t>(
        section.integer(key, static_cast<std::int64_t>(fallback), least, most));
}

// What [remote.x] has besides, whatever its backend. A host that is not for lookups is one that
// mail goes to.
void read_older(config::Section& section) {
    if (!section.boolean("lookup", true))
        section.problem("lookup",
                        fmt::format("{} is not to be asked who may log in", section.name()),
                        "lookup = true; a server that takes mail is a [next-hop.x]");
}

constexpr std::string_view companion_key = "addresses";

// For a backend that lists no addresses, another directory may.
std::unique_ptr<Directory> add_addresses(std::unique_ptr<Directory> backend,
                                         const std::string& name, config::Section& section,
                                         const SharedParts& shared) {
    if (!section.has(companion_key) || backend->capabilities().lists_addresses) return backend;
    auto addresses = find_member(section, companion_key, shared);
    if (!addresses) return nullptr;
    const auto& can = addresses->capabilities();
    if (!can.can_look_up || !can.lists_addresses) {
        section.problem(
            companion_key,
            fmt::format("directory \"{}\" lists no addresses either", addresses->name()),
            "one of type \"ldap\" or \"postgresql\", for example");
        return nullptr;
    }
    return std::make_unique<Addressed>(std::move(backend), std::move(addresses), shared.log, name);
}

cache::KeyRing key_ring(const cache::SharedSettings& shared, const std::string& name,
                        const std::string& fingerprint) {
    cache::KeyRing keys{cache::Keys(shared.key, name, fingerprint), std::nullopt};
    if (shared.previous_key) keys.previous.emplace(*shared.previous_key, name, fingerprint);
    return keys;
}

// What the cache and the guard of a directory remember, and where.
void remember(config::Section& section, const ServiceSettings& settings, const Capabilities& can,
              const SharedParts& shared, net::Executor executor, LayerParts& parts) {
    if (!shared.cache) return;
    const auto redis_name = settings.cache ? settings.cache->redis : std::string();
    auto cache_section = section.table("cache");
    const auto redis =
        redis_name.empty() ? nullptr : cache::find_redis(cache_section, redis_name, *shared.cache);
    if (!redis_name.empty() && !redis) throw NotBuilt();
    const auto make_redis = [&] {
        return redis ? std::make_unique<cache::Redis>(redis, redis_name, shared.log, executor)
                     : nullptr;
    };
    const auto print = fingerprint(section, shared.describe);
    if (settings.layers.guard)
        parts.attempts = std::make_shared<cache::Attempts>(
            key_ring(*shared.cache, parts.name, print).current, "guard", make_redis(), executor);
    if (!settings.cache) return;
    auto store = settings.cache->store;
    store.rules.accepted = can.several_secrets ? cache::accepted_at_most : 1;
    parts.store = std::make_shared<cache::Store>(
        store,
        cache::Store::Parts{key_ring(*shared.cache, parts.name, print), make_redis(), shared.log,
                            executor, parts.name, cache::wall_clock, shared.lost});
    if (redis) parts.store->subscribe(redis, redis_name);
}

Invalidation invalidation_of(config::Section& section, const ServiceSettings& settings,
                             const Capabilities& can) {
    Invalidation invalidation;
    if (!settings.cache) return invalidation;
    invalidation.watches = settings.cache->watch && can.tells_changes;
    invalidation.checks = settings.cache->check && can.stamps_accounts;
    invalidation.entries = settings.cache->store.entries;
    if (settings.cache->watch && !can.tells_changes)
        section.table("cache").problem(
            "watch", "this directory cannot tell what changes in it",
            "cache.watch = false; what is remembered then ends with cache.ttl");
    if (settings.cache->check && !can.stamps_accounts)
        section.table("cache").problem(
            "check", "this directory cannot tell whether an account has changed",
            "cache.check = \"none\"; what is remembered then ends with cache.ttl");
    return invalidation;
}

std::unique_ptr<Service> make_backend(const std::string& name, config::Section& section,
                                      std::string_view key, const Plugin& plugin,
                                      const SharedParts& shared) {
    const auto settings = read_backend_settings(section, key);
    auto build = [&](asio::io_context& io) {
        BackendContext context{
            io, shared.hash_pool, shared.hash_limits, shared.hash_cost, shared.log, name};
        auto backend = plugin.create(context, section);
        if (backend) backend = add_addresses(std::move(backend), name, section, shared);
        if (!backend) throw NotBuilt();
        auto layers = settings.layers;
        layers.invalidation = invalidation_of(section, settings, backend->capabilities());
        LayerParts parts{shared.log, name};
        if (settings.cache || settings.layers.guard)
            remember(section, settings, backend->capabilities(), shared, io.get_executor(), parts);
        return stand_around(std::move(backend), layers_of_a_backend, layers, parts);
    };
    return std::make_unique<Service>(name, settings.layers.timeout, shared.log, build);
}

std::unique_ptr<Service> make(const std::string& name, config::Section& section,
                              std::string_view key, const SharedParts& shared) {
    const auto type = section.required_text(key);
    if (type.empty()) return nullptr;
    try {
        if (type == "chain") return make_chain(name, section, shared);
        if (type == "migrate") return make_migrating(name, section, shared);
        return make_backend(name, section, key, shared.plugins.load(type), shared);
    } catch (const NotBuilt&) {
    } catch (const PluginError& error) {
        section.problem(key, error.what(), error.hint());
    } catch (const std::exception& error) {
        section.problem(
            "", fmt::format("the backend \"{}\" cannot be set up: {}", type, error.what()), "");
    }
    return nullptr;
}

}  // namespace

std::string fingerprint(config::Section& section, const SharedParts::Describe& describe) {
    constexpr std::array<std::string_view, 8> beside_the_point{
        "cache", "lockout-guard", "timeout", "concurrency", "queue", "pool", "tls", "notify"};
    auto print = section.digest(beside_the_point);
    if (!section.has(companion_key)) return print;
    const auto* companion = describe(section.text(companion_key));
    return companion == nullptr ? print : print + companion->digest(beside_the_point);
}

std::shared_ptr<Service> find_member(config::Section& section, std::string_view key,
                                     const SharedParts& shared) {
    const auto name = section.required_text(key);
    auto member = name.empty() ? nullptr : shared.find(name);
    if (!member && !name.empty())
        section.problem(key, fmt::format("\"{}\" is no directory that can be used here", name),
                        "the name of another [directory.x] without mistakes");
    return member;
}

ServiceSettings read_backend_settings(config::Section& section, std::string_view key) {
    auto settings = read_service_settings(section, key);
    settings.layers.guard = read_guard_settings(section);
    settings.cache = read_cache_settings(section);
    return settings;
}

ServiceSettings read_service_settings(config::Section& section, std::string_view key) {
    ServiceSettings settings;
    settings.type = section.required_text(key);
    auto& layers = settings.layers;
    auto& limits = layers.limits;
    layers.timeout = section.duration("timeout", 5s, 10ms, 1h);
    limits.concurrency = read_count(section, "concurrency", limits.concurrency, 1);
    limits.queue = read_count(section, "queue", limits.queue, 0);
    // Whoever has waited half of the time would hardly be answered in the other half.
    limits.wait = layers.timeout / 2;
    if (key == older_type_key) read_older(section);
    return settings;
}

std::unique_ptr<Service> make_service(const std::string& name, config::Section& section,
                                      const SharedParts& shared) {
    return make(name, section, type_key, shared);
}

std::unique_ptr<Service> make_remote_service(const std::string& name, config::Section& section,
                                             const SharedParts& shared) {
    return make(name, section, older_type_key, shared);
}

}  // namespace postern::directory
