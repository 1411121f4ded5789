#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/background.hpp"
#include "app/service_threads.hpp"
#include "app/settings.hpp"
#include "cache/counters.hpp"
#include "cache/lost_records.hpp"
#include "cache/shared_settings.hpp"
#include "config/section.hpp"
#include "crypto/hash_pool.hpp"
#include "directory/plugin_loader.hpp"
#include "net/offload.hpp"
#include "net/tls_context.hpp"
#include "session/environment.hpp"

namespace postern::app {

// What outlives every reload.
struct Foundation {
    net::asio::io_context& background;  // resolving, probing
    observe::Log& log;
    crypto::HashPool& hash_pool;
    net::BlockingPool& files;  // calls that block on a disk
    std::shared_ptr<net::TicketKeys> tickets;
    const std::atomic<bool>& draining;
    ServiceThreads& services;
    // Of failed logins, on the thread of `background`.
    std::shared_ptr<cache::LocalCounters> failures =
        std::make_shared<cache::LocalCounters>(cache::Counters::usual_entries);
    // What caches could not tell Redis.
    std::shared_ptr<cache::LostByDirectory> lost = std::make_shared<cache::LostByDirectory>();
};

// What one reading of the settings made: directories, next hops, TLS, and the settings of sessions.
// Immutable; a reload makes a new one, and sessions keep the one they began with.
struct Generation {
    ServerSettings server;
    observe::LogSettings log;
    std::shared_ptr<const session::Environment> environment;
    std::map<std::string, session::Listener, std::less<>> listeners;
    std::shared_ptr<const cache::SharedSettings> shared;  // each Redis
    std::vector<std::unique_ptr<BackgroundTask>> background;

    // Builds everything that `document` describes, in dependency order: the map of the running
    // program. Mistakes become Problems of the document, unknown keys too; with any of them the
    // result is nullptr.
    static std::unique_ptr<Generation> build(config::Document& document,
                                             const Foundation& foundation);
    // Lets the directories do what they can before anybody asks them, a few seconds at most. What
    // they find wrong with `document`, which this was built from, becomes Problems of it.
    net::Task<> start_directories(config::Document& document) const;
    // Starts what works in the background. Not for `postern check`.
    void start(const Foundation& foundation);
};

}  // namespace postern::app
