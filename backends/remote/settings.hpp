#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "net/host_port.hpp"
#include "observe/log.hpp"
#include "remote/login_rules.hpp"
#include "remote/protocol.hpp"

namespace postern::remote {

struct PoolSettings {
    std::size_t ready = 1;  // connections that wait for a login, prepared, at the server in use
    std::chrono::milliseconds idle = std::chrono::seconds(45);  // then another one takes its place
};

// One [directory.x] that asks a mail server.
struct Settings {
    std::vector<net::HostPort> servers;  // asked in this order
    Security security;                   // its name is empty where that of the server counts
    LoginRules logins;
    std::size_t concurrency = 10;  // connections in all, prepared ones too
    PoolSettings pool;
    std::chrono::milliseconds timeout = std::chrono::seconds(5);  // of a whole question
    MakeProtocol protocol;

    // Half of a server's share of it.
    std::chrono::milliseconds connect_patience() const;
};

// What differs between the kinds of servers.
struct Kind {
    std::string_view type;
    std::uint16_t port = 0, implicit_tls_port = 0;
    MakeProtocol protocol;
};

// Mistakes become Problems; nullopt when a part is missing without which there is no directory.
// Logs what deserves a look.
std::optional<Settings> read_settings(config::Section& section, const Kind& kind,
                                      observe::Log& log);

}  // namespace postern::remote
