#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "directory/service.hpp"
#include "net/networks.hpp"
#include "net/tls_context.hpp"
#include "observe/log.hpp"
#include "session/auth_limits.hpp"
#include "session/header_memory.hpp"
#include "session/meters.hpp"
#include "session/settings.hpp"
#include "upstream/next_hop.hpp"

namespace postern::session {

// What all sessions of one generation of the settings share. Immutable but for counters; a reload
// makes a new one, and sessions that are under way keep theirs to their end.
struct Environment {
    Settings settings;
    std::map<std::string, std::shared_ptr<directory::Service>, std::less<>> directories;
    std::map<std::string, std::shared_ptr<upstream::NextHop>, std::less<>> next_hops;
    std::vector<upstream::NextHop*> reachable_next_hops;  // that the expression can name
    observe::Log& log;
    const std::atomic<bool>& draining;
    mutable HeaderMemory header_memory;
    std::shared_ptr<AuthLimits> auth_limits = nullptr;  // nullptr: there are none
    Meters meters{log.registry(), directories, next_hops};

    // What may be promised whichever next hop a transaction ends at.
    smtp::Capabilities offered() const;
};

// The listener a client came in by.
struct Listener {
    std::string name;
    bool implicit_tls = false;
    std::shared_ptr<const net::TlsContext> tls;  // nullptr: no certificate, no STARTTLS
    bool bare_paths = false;                     // MAIL FROM:jane@example.org is understood
    net::Networks proxies = {};                  // of balancers, who send a PROXY header
    bool proxies_end_tls = false;                // what they say of the client's TLS is believed
};

}  // namespace postern::session
