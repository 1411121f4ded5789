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

struct SlapdOptions {
    bool tls = false;  // StartTLS and ldaps://
    // What the certificate of the server says.
    CertificateRequest certificate = {.name = "server", .names = {"localhost", "127.0.0.1"}};
    bool require_tls = false;    // refuse everything in the clear but StartTLS (and ldapi)
    bool policy = false;         // obey cn=default,ou=policies, and say why a bind is refused
    bool member_of = true;       // keep memberOf of groupOfNames
    bool dynamic_lists = false;  // groupOfURLs, filled in by the overlay dynlist
    bool sync_provider = false;  // the overlay syncprov
    int size_limit = 500;        // entries in an answer, for everybody but root
    int people = 0;              // further ones, below ou=crowd
    std::string access = {};     // lines of slapd.access(5) that come before ours
    std::string settings = {};   // lines of slapd.conf(5) for the database
    std::string log = "stats";   // `none` for who measures
};

// A real OpenLDAP in a temporary directory, on free ports of 127.0.0.1, with what
// tests/support/ldap/people.ldif and groups.ldif have, an entry with five hundred addresses
// (uid=collector) and, where wanted, thousands of people: uid=user00001,ou=crowd and so on, whose
// password is crowd_password(1).
//
// cn=postern,ou=services reads everything but passwords, cn=verifier,ou=services those as well,
// anybody else only themselves; anonymous may only bind. SASL EXTERNAL is cn=postern for this
// process on ldapi:// and cn=NAME,ou=services for a client certificate of CN=NAME.
class Slapd {
 public:
    explicit Slapd(SlapdOptions options = {});
    ~Slapd();

    std::uint16_t port() const { return port_; }
    std::uint16_t tls_port() const { return tls_port_; }
    std::string url() const;
    std::string ldaps_url() const;
    std::string ldapi_url() const;
    // A PEM file that a client has to trust, and a certificate for one who wants to be CN=`name`.
    std::string ca() const { return authority_->file(); }
    CertificateFiles client_certificate(const std::string& name) const;

    static std::string base() { return "dc=example,dc=org"; }
    static std::string root_dn() { return "cn=admin,dc=example,dc=org"; }
    static constexpr std::string_view root_password = "root secret";
    static std::string service_dn() { return "cn=postern,ou=services,dc=example,dc=org"; }
    static constexpr std::string_view service_password = "service secret";
    static std::string crowd_name(int number);  // "user00001"
    static std::string crowd_password(int number);

    // Both as root, who may write operational attributes too (the Relax control). Throw
    // std::runtime_error with the words of the tool.
    void add(std::string_view ldif);
    void modify(std::string_view ldif);

    void stop();     // SIGTERM, to its end
    void kill();     // SIGKILL
    void start();    // again, with the same ports and data; returns when it answers
    void suspend();  // SIGSTOP: the kernel still takes connections
    void resume();

    std::string log() const;
    // Waits until that stands in the log; false: it does not come.
    bool logs(std::string_view text) const;

 private:
    void write_settings() const;
    void load() const;
    LdapClient root() const;

    SlapdOptions options_;
    TemporaryDirectory directory_;
    std::unique_ptr<CertificateAuthority> authority_;
    std::uint16_t port_, tls_port_;
    std::unique_ptr<Process> process_;
    std::string earlier_log_;
};

}  // namespace postern::test
