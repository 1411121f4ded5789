#include "directory/stack.hpp"

#include <fmt/format.h>

#include <algorithm>
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

bool is_installed(const PluginLoader& plugins, const std::string& type) {
    const auto installed = plugins.installed();
    return std::ranges::find(installed, type) != installed.end();
}

// The settings of a backend that is known but not there are judged all the same.
std::unique_ptr<Service> make_absent(const std::string& name, config::Section& section,
                                     std::string_view type_key, const KnownBackend& backend,
                                     const SharedParts& shared) {
    const auto settings = read_service_settings(section, type_key);
    backend.read(section, type_key, shared.log);
    if (!shared.missing) {
        section.problem(type_key, fmt::format("the backend \"{}\" is not installed", backend.type),
                        "`postern check` judges such settings, but nobody can log in with them");
        return nullptr;
    }
    shared.missing->push_back({name, settings.type});
    return std::make_unique<Service>(name, settings.timeout, shared.log, [&](asio::io_context&) {
        return std::make_unique<Absent>(backend);
    });
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

std::unique_ptr<Service> make_present(const std::string& name, config::Section& section,
                                      std::string_view type_key, const Plugin& plugin,
                                      const SharedParts& shared) {
    const auto settings = read_service_settings(section, type_key);
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
                              std::string_view type_key, const SharedParts& shared) {
    const auto type = section.required_text(type_key);
    if (type.empty()) return nullptr;
    try {
        if (type == "chain") return make_chain(name, section, shared);
        if (type == "migrate") return make_migrating(name, section, shared);
        const auto* known = find_known_backend(type);
        if (known && !is_installed(shared.plugins, type))
            return make_absent(name, section, type_key, *known, shared);
        return make_present(name, section, type_key, shared.plugins.load(type), shared);
    } catch (const NotBuilt&) {
    } catch (const PluginError& error) {
        section.problem(type_key, error.what(), error.hint());
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

ServiceSettings read_service_settings(config::Section& section, std::string_view type_key) {
    ServiceSettings settings;
    settings.type = section.required_text(type_key);
    settings.timeout = section.duration("timeout", 5s, 10ms, 1h);
    settings.limits.concurrency =
        read_count(section, "concurrency", settings.limits.concurrency, 1);
    settings.limits.queue = read_count(section, "queue", settings.limits.queue, 0);
    // Whoever has waited half of the time would hardly be answered in the other half.
    settings.limits.wait = settings.timeout / 2;
    return settings;
}

std::unique_ptr<Service> make_service(const std::string& name, config::Section& section,
                                      const SharedParts& shared) {
    return make(name, section, "type", shared);
}

std::unique_ptr<Service> make_remote_service(const std::string& name, config::Section& section,
                                             const SharedParts& shared) {
    return make(name, section, "protocol", shared);
}

}  // namespace postern::directory
