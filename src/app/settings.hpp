#pragma once

#include <string>
#include <vector>

#include "config/section.hpp"
#include "crypto/hash_pool.hpp"
#include "crypto/password_hash.hpp"
#include "net/networks.hpp"
#include "net/tls_settings.hpp"
#include "observe/log.hpp"

namespace postern::app {

// [server.listener.x]
struct ListenerSettings {
    std::string name;
    std::vector<std::string> bind;  // "[::]:587"
    net::TlsServerSettings tls;     // without certificates: no STARTTLS
    bool implicit_tls = false;
    bool bare_paths = false;       // workarounds = ["bare-path"]
    net::Networks proxies;         // proxy-protocol.from
    bool proxies_end_tls = false;  // proxy-protocol.tls
};

// [server.http]: metrics and health, for whoever watches.
struct HttpSettings {
    std::vector<std::string> bind;  // "127.0.0.1:9587"; empty: there is none
};

// [server]
struct ServerSettings {
    std::string hostname;
    unsigned workers = 0;  // 0: one per core
    std::chrono::milliseconds drain_timeout = std::chrono::seconds(30);
    std::string plugins;  // a folder; empty: the one beside the program
    std::string control;  // the management socket's path; empty: there is none
    HttpSettings http;
    crypto::HashPoolSettings hash_pool;
    crypto::HashLimits hash_limits;
    crypto::HashCost hash_cost;
    std::vector<ListenerSettings> listeners;
};

// [server.hash]: what stored hashes may cost, and what new ones do.
void read_hash_settings(config::Section& section, ServerSettings& server);
// Reads [server] and [certificate]; mistakes become Problems.
ServerSettings read_server_settings(config::Section& root);
// Reads [log].
observe::LogSettings read_log_settings(config::Section& root);

}  // namespace postern::app
