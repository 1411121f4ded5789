#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "support/certificates.hpp"
#include "support/ldap_tools.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {

struct SambaAdOptions {
    bool require_tls = false;  // for simple binds; the default of Samba, but not of these tests
};

// A real Samba as domain controller of corp.example.org (CORP) in a temporary directory, with what
// tests/support/ldap/active_directory.ldif has; only its LDAP part runs. Its ports are fixed in its
// source (389, 636, 3268, 3269), so each has an address of its own in 127.0.0.0/8 instead. Needs
// root and the packages of `scripts/setup nightly`, and ten seconds: once per executable is enough.
class SambaAd {
 public:
    explicit SambaAd(SambaAdOptions options = {});
    ~SambaAd();

    std::string address() const { return address_; }
    std::string url() const { return "ldap://" + address_; }
    std::string ldaps_url() const { return "ldaps://" + address_; }
    std::string ca() const { return authority_->file(); }

    static std::string base() { return "DC=corp,DC=example,DC=org"; }
    static std::string administrator() { return "Administrator@corp.example.org"; }
    static constexpr std::string_view administrator_password = "Root-secret-1";
    static std::string service() { return "postern@corp.example.org"; }
    static constexpr std::string_view service_password = "service secret";

    // As administrator, over TLS. Throws std::runtime_error with the words of the tool.
    void modify(std::string_view ldif);

    void stop();     // SIGTERM, to its end
    void kill();     // SIGKILL
    void start();    // again, with the same address and data; returns when it answers
    void suspend();  // SIGSTOP: the kernel still takes connections
    void resume();

    std::string log() const;

 private:
    void provision() const;
    void write_settings() const;
    void age_password(const std::string& dn) const;

    SambaAdOptions options_;
    TemporaryDirectory directory_;
    std::string address_;
    std::unique_ptr<CertificateAuthority> authority_;
    std::unique_ptr<Process> process_;
    std::string earlier_log_;
};

}  // namespace postern::test
