#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "support/certificates.hpp"
#include "support/ldap_tools.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {

// A real 389 Directory Server in a temporary directory, on free ports of 127.0.0.1, with TLS, the
// plugin memberOf, a lock after three failures and what tests/support/ldap/ds389.ldif has. Its
// settings are made of the template that dscreate(8) uses too; dscreate itself would write below
// /etc and ask systemd. Needs the packages of `scripts/setup nightly`, and three seconds.
class Ds389 {
 public:
    Ds389();
    ~Ds389();

    std::uint16_t port() const { return port_; }
    std::string url() const;
    std::string ldaps_url() const;
    std::string ldapi_url() const;
    std::string ca() const { return authority_->file(); }

    static std::string base() { return "dc=example,dc=org"; }
    static std::string root_dn() { return "cn=Directory Manager"; }
    static constexpr std::string_view root_password = "root secret";
    static std::string service_dn() { return "cn=postern,ou=services,dc=example,dc=org"; }
    static constexpr std::string_view service_password = "service secret";

    // As root. Throws std::runtime_error with the words of the tool.
    void modify(std::string_view ldif);

    void stop();     // SIGTERM, to its end
    void kill();     // SIGKILL
    void start();    // again, with the same ports and data; returns when it answers
    void suspend();  // SIGSTOP: the kernel still takes connections
    void resume();

    std::string log() const;  // errors, not accesses

 private:
    void write_settings() const;
    void write_certificates() const;

    TemporaryDirectory directory_;
    std::unique_ptr<CertificateAuthority> authority_;
    std::uint16_t port_, tls_port_;
    std::unique_ptr<Process> process_;
};

}  // namespace postern::test
