#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "address/mailbox.hpp"
#include "expr/expression.hpp"
#include "identity/principal.hpp"
#include "net/proxy_header.hpp"
#include "net/stream.hpp"

namespace postern::session {

// What a session knows so far, as the expressions of the settings see it.
struct Facts final : expr::Variables {
    Facts() = default;
    // `introduction` is what a balancer says of the client, where there is one.
    Facts(std::string listener_name, const net::Stream& stream,
          const std::optional<net::ProxyHeader>& introduction);

    std::string listener;
    std::string local_ip, remote_ip;
    std::uint16_t local_port = 0, remote_port = 0;
    bool unnamed = false;  // a balancer that cannot say, or does not want to, who the client is
    bool is_tls = false;
    std::string tls_version, tls_cipher;
    std::string helo_domain;
    std::optional<identity::Principal> principal;
    bool name_is_address = false;  // the principal's directory lists no addresses
    std::string sender, sender_domain;
    std::string rcpt, rcpt_domain;

    // A rule about an address must not be escaped by writing it in capitals, unless case counts.
    void set_sender(const address::Path& path, bool case_counts);
    void set_rcpt(const address::Path& path, bool case_counts);
    // RFC 3207 4.2: what the client said before TLS was not necessarily the client.
    void forget_client();

    // Whose rights go by an address: nothing for who is unnamed, for that address is the
    // balancer's.
    const std::string& trusted_ip() const;

    expr::Value value(expr::Variable variable) const override;
    expr::Value attribute(std::string_view name) const override;
};

}  // namespace postern::session
