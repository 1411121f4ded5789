#include "directory/stack.hpp"

#include <fmt/format.h>

#include <limits>

#include "directory/timed.hpp"

namespace postern::directory {

namespace {

using namespace std::chrono_literals;

// Ends the building of a Service whose backend has recorded Problems.
struct NotBuilt {};

// Outside to inside, and the order is behaviour: the caller's deadline covers the wait for a place,
// so that a full house answers in time. Whatever is to stand around every directory has its place
// here.
std::unique_ptr<Directory> stand_around(std::unique_ptr<Directory> backend,
                                        const ServiceSettings& settings) {
    auto limited = std::make_unique<Limited>(std::move(backend), settings.limits);
    return std::make_unique<Timed>(std::move(limited), settings.timeout);
}

std::size_t read_count(config::Section& section, std::string_view key, std::size_t fallback,
                       std::int64_t least) {
    auto most = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::size_t>(
        section.integer(key, static_cast<std::int64_t>(fallback), least, most));
}

}  // namespace

ServiceSettings read_service_settings(config::Section& section) {
    ServiceSettings settings;
    settings.type = section.required_text("type");
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
    auto settings = read_service_settings(section);
    if (settings.type.empty()) return nullptr;
    try {
        const Plugin& plugin = shared.plugins.load(settings.type);
        auto build = [&](asio::io_context& io) {
            BackendContext context{io, shared.hash_pool, shared.hash_limits, shared.log, name};
            auto backend = plugin.create(context, section);
            if (!backend) throw NotBuilt();
            return stand_around(std::move(backend), settings);
        };
        return std::make_unique<Service>(name, settings.timeout, shared.log, build);
    } catch (const NotBuilt&) {
    } catch (const PluginError& error) {
        section.problem("type", error.what(), error.hint());
    } catch (const std::exception& error) {
        auto what =
            fmt::format("the backend \"{}\" cannot be set up: {}", settings.type, error.what());
        section.problem("", what, "");
    }
    return nullptr;
}

}  // namespace postern::directory
