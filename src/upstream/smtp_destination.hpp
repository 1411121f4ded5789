#pragma once

#include <memory>
#include <string>

#include "net/bell.hpp"
#include "net/slots.hpp"
#include "observe/log.hpp"
#include "upstream/smtp_settings.hpp"
#include "upstream/smtp_targets.hpp"

namespace postern::upstream {

// What all connections to one next hop share, on all workers; they keep it alive.
struct SmtpDestination {
    std::string name;
    std::string hostname;  // ours, in EHLO
    SmtpNextHopSettings settings;
    std::shared_ptr<const net::TlsContext> tls;  // nullptr: it is never used
    observe::Log& log;
    SmtpTargets targets;
    std::shared_ptr<net::Slots> slots;
    net::Bell
        probe_wanted;  // somebody has seen that the next hop offers something else than we know

    // Throws TlsError when a file of the TLS settings is no good.
    SmtpDestination(std::string name, std::string hostname, SmtpNextHopSettings settings,
                    observe::Log& log)
        : name(std::move(name)),
          hostname(std::move(hostname)),
          settings(std::move(settings)),
          tls(this->settings.uses_tls() ? net::TlsContext::client(this->settings.tls) : nullptr),
          log(log),
          targets(this->settings.addresses),
          slots(std::make_shared<net::Slots>(this->settings.connections)) {}
};

}  // namespace postern::upstream
