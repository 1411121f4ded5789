#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/ticket_keys.hpp"
#include "net/tls_settings.hpp"

namespace postern::net {

// A TLS failure: what OpenSSL says, in words.
class TlsError : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

// TLS 1.2 and later with their usual strength; min_version below that also turns on the old
// ciphers.
//
// An immutable set of TLS parameters for one side of one kind of connection, shared by all workers;
// a reload makes a new one and old connections keep theirs.
class TlsContext {
 public:
    // Throws TlsError with the file's name and what is wrong with it: missing, unreadable, not PEM,
    // a key that does not belong to the certificate. An expired certificate is loaded; `warnings`
    // has a sentence about it. Without `tickets` the context has keys of its own.
    static std::shared_ptr<const TlsContext> server(const TlsServerSettings& settings,
                                                    std::shared_ptr<TicketKeys> tickets);
    static std::shared_ptr<const TlsContext> client(const TlsClientSettings& settings);

    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    SSL_CTX* native() const { return context_; }
    bool verifies_peer() const { return verifies_peer_; }
    const std::vector<std::string>& warnings() const { return warnings_; }

 private:
    struct Certificate;
    struct Callbacks;

    TlsContext(TlsVersion min_version, const SSL_METHOD* method);
    void add_certificate(const TlsFiles& files);
    void present_by_default();
    void request_client_certificates(const std::string& ca_file);
    std::vector<const Certificate*> certificates_for(std::string server_name) const;

    SSL_CTX* context_ = nullptr;
    bool verifies_peer_ = false;
    std::shared_ptr<TicketKeys> tickets_;
    std::vector<std::unique_ptr<Certificate>> certificates_;
    std::unordered_map<std::string, std::vector<const Certificate*>> by_name_;
    std::vector<std::string> warnings_;
};

}  // namespace postern::net
