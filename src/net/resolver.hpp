#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

#include "net/task.hpp"

namespace postern::net {

// "mx1.internal:25", "[::1]:25", "127.0.0.1:25".
struct HostPort {
    std::string host;
    std::uint16_t port = 0;
    std::string text() const;
};
// `default_port` 0: a port must be there. nullopt: not of that form.
std::optional<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port = 0);

struct ResolvedHost {
    HostPort name;
    std::vector<asio::ip::tcp::endpoint>
        endpoints;  // empty: not resolved yet, or it does not exist
};

// Keeps the addresses of some hosts known, in the background, so that no session ever waits for
// DNS: sessions take a snapshot. Literal addresses are there from the start. A name is asked again
// every `refresh`; when that fails the old addresses stay and the next try backs off.
class BackgroundResolver {
 public:
    using Snapshot = std::shared_ptr<const std::vector<ResolvedHost>>;

    BackgroundResolver(std::vector<HostPort> hosts,
                       Clock::duration refresh = std::chrono::seconds(60));
    // Runs until cancelled; on the background io_context.
    Task<> run();
    Snapshot snapshot() const;  // any thread
    // When a first answer is in (or refused) for every host.
    bool complete() const;

 private:
    std::vector<HostPort> hosts_;
    Clock::duration refresh_;
    std::atomic<Snapshot> snapshot_;
};

}  // namespace postern::net
