#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/resolver.hpp"
#include "net/stream.hpp"
#include "smtp/capabilities.hpp"

namespace postern::upstream {

// The addresses of one next hop: which of them answer, and what they offer. Thread-safe.
class SmtpTargets {
 public:
    struct Target {
        net::Endpoint endpoint;
        std::string host;  // as configured: whom the certificate has to name
    };

    explicit SmtpTargets(std::vector<net::HostPort> addresses) : resolver_(std::move(addresses)) {}

    net::BackgroundResolver& resolver() { return resolver_; }

    // In the order of the settings.
    std::vector<Target> all() const;
    // Those that did not answer last time come last.
    std::vector<Target> by_health() const;

    // An address has told a session, or a probe, what it offers; or it has failed. True: that is
    // news. What it offers may depend on the client (Postfix maps by address), so what a session
    // missed is not promised again for some minutes, whatever probes see.
    bool answered(const net::Endpoint& endpoint, const smtp::Capabilities& seen, bool is_probe);
    bool failed(const net::Endpoint& endpoint);
    // One of them has answered last time, or has not been tried yet.
    bool any_healthy() const;
    // Forgets the addresses that the names no longer have.
    void prune();

    // What holds at whichever healthy address a session ends; the last such answer when none is
    // healthy; before the first one, what every mail server understands.
    smtp::Capabilities offered() const;

 private:
    struct Standing {
        bool healthy = true;
        std::optional<smtp::Capabilities> offered;
        std::optional<smtp::Capabilities> missed;  // what a session saw less of
        net::Deadline missed_until{};
    };

    void learn();

    net::BackgroundResolver resolver_;
    mutable std::mutex mutex_;
    std::map<net::Endpoint, Standing> standings_;
    std::optional<smtp::Capabilities> learned_;
};

}  // namespace postern::upstream
