#pragma once

#include <memory>
#include <string>

#include "observe/log.hpp"
#include "upstream/next_hop.hpp"
#include "upstream/smtp_destination.hpp"

namespace postern::upstream {

// A mail server, at one or several addresses: type = "smtp".
class SmtpNextHop final : public NextHop {
 public:
    // `hostname` is what we call ourselves in EHLO. Throws net::TlsError when a file of the TLS
    // settings is no good. Connections may outlive the next hop, the log must outlive both.
    SmtpNextHop(std::string name, SmtpNextHopSettings settings, std::string hostname,
                observe::Log& log);

    const std::string& name() const override { return destination_->name; }
    smtp::Capabilities offered() const override;
    Standing standing() const override;
    bool safe_for_strangers() const override;
    net::Task<Opened> open(const ClientIdentity& client) override;
    net::Task<> run() override;

 private:
    net::Task<> keep_probing();

    std::shared_ptr<SmtpDestination> destination_;
};

}  // namespace postern::upstream
