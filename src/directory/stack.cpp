#include "directory/stack.hpp"

#include <fmt/format.h>

#include <limits>

#include "directory/addressed.hpp"
#include "directory/compositions.hpp"
#include "directory/timed.hpp"

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
void read_older(config::Section& section, ServiceSettings& settings) {
    if (!section.boolean("lookup", true))
        section.problem("lookup",
                        fmt::format("{} is not to be asked who may log in", section.name()),
                        "lookup = true; a server that takes mail is a [next-hop.x]");
    settings.cache = read_cache_settings(section);
}

// For a backend that lists no addresses, another directory may.
std::unique_ptr<Directory> add_addresses(std::unique_ptr<Directory> backend,
                                         const std::string& name, config::Section& section,
                                         const SharedParts& shared) {
    constexpr std::string_view key = "addresses";
    if (!section.has(key) || backend->capabilities().lists_addresses) return backend;
    auto addresses = find_member(section, key, shared);
    if (!addresses) return nullptr;
    const auto& can = addresses->capabilities();
    if (!can.can_look_up || !can.lists_addresses) {
        section.problem(
            key, fmt::format("directory \"{}\" lists no addresses either", addresses->name()),
            "one of type \"ldap\" or \"postgresql\", for example");
        return nullptr;
    }
    return std::make_unique<Addressed>(std::move(backend), std::move(addresses), shared.log, name);
}

std::unique_ptr<Service> make_backend(const std::string& name, config::Section& section,
                                      std::string_view key, const Plugin& plugin,
                                      const SharedParts& shared) {
    const auto settings = read_service_settings(section, key);
    auto build = [&](asio::io_context& io) {
        BackendContext context{
            io, shared.hash_pool, shared.hash_limits, shared.hash_cost, shared.log, name};
        auto backend = plugin.create(context, section);
        if (backend) backend = add_addresses(std::move(backend), name, section, shared);
        if (!backend) throw NotBuilt();
        return stand_around(std::move(backend), settings);
    };
    return std::make_unique<Service>(name, settings.timeout, shared.log, build);
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

// Outside to inside, and the order is behaviour: the caller's deadline covers the wait for a place,
// so that a full house answers in time. Whatever is to stand around every directory has its place
// here.
std::unique_ptr<Directory> stand_around(std::unique_ptr<Directory> inner,
                                        const ServiceSettings& settings) {
    auto limited = std::make_unique<Limited>(std::move(inner), settings.limits);
    return std::make_unique<Timed>(std::move(limited), settings.timeout);
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

ServiceSettings read_service_settings(config::Section& section, std::string_view key) {
    ServiceSettings settings;
    settings.type = section.required_text(key);
    settings.timeout = section.duration("timeout", 5s, 10ms, 1h);
    settings.limits.concurrency =
        read_count(section, "concurrency", settings.limits.concurrency, 1);
    settings.limits.queue = read_count(section, "queue", settings.limits.queue, 0);
    // Whoever has waited half of the time would hardly be answered in the other half.
    settings.limits.wait = settings.timeout / 2;
    if (key == older_type_key) read_older(section, settings);
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
