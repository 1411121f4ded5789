#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/certificates.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {

struct DovecotUser {
    std::string name, password;
    std::string extra = {};  // of passwd-file(5): "nologin=y"
};

struct DovecotOptions {
    std::vector<DovecotUser> users = {{"jane@example.org", "correct horse"}};
    bool tls = true;            // STARTTLS and implicit TLS
    bool submission = false;    // that service and LMTP as well, and its passwords for Postfix
    int crowd = 0;              // further users: crowd_name(1) and so on
    std::string settings = {};  // lines of dovecot.conf
    // What the certificate of the server says.
    CertificateRequest certificate = {.name = "server", .names = {"localhost", "127.0.0.1"}};
};

// A real Dovecot in a temporary directory, on free ports of 127.0.0.1: IMAP and what is
// asked for, with the passwords of a file.
class Dovecot {
 public:
    explicit Dovecot(DovecotOptions options = {});
    ~Dovecot();

    std::uint16_t port() const { return port_; }
    std::uint16_t tls_port() const { return tls_port_; }
    // What it serves with DovecotOptions::submission.
    struct SubmissionPorts {
        std::uint16_t submission, submissions, lmtp;
        std::uint16_t sasl;  // for smtpd_sasl_path
    };
    const SubmissionPorts& submission() const { return submission_; }
    // A PEM file that a client has to trust.
    std::string ca() const { return authority_->file(); }
    const CertificateFiles& certificate() const { return certificate_; }
    static std::string crowd_name(int number);  // "user00001@example.org"
    static std::string crowd_password(int number);

    void stop();     // SIGTERM, to its end
    void kill();     // SIGKILL to all its processes
    void start();    // again, with the same ports and users; returns when it greets
    void suspend();  // SIGSTOP to all of them: the kernel still takes connections
    void resume();
    // For the next start.
    void set_certificate(const CertificateRequest& request);

    std::string log() const;

 private:
    void write_settings() const;
    void end_processes() const;
    void write_users() const;

    DovecotOptions options_;
    TemporaryDirectory directory_;
    std::unique_ptr<CertificateAuthority> authority_;
    CertificateFiles certificate_;
    std::uint16_t port_, tls_port_;
    SubmissionPorts submission_;
    std::unique_ptr<Process> process_;
};

}  // namespace postern::test
