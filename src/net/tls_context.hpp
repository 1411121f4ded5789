#pragma once

#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace postern::net {

enum class TlsVersion : std::uint8_t { tls1_0, tls1_1, tls1_2, tls1_3 };

// A TLS failure: what OpenSSL says, in words.
class TlsError : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

// Keys for session tickets (RFC 5077), our own so that a ticket works on every worker and over a
// reload. Rotated every 12 hours by whoever uses them; the previous key still opens tickets.
// Thread-safe.
class TicketKeys {
 public:
    struct Key {
        std::array<unsigned char, 16> name;
        std::array<unsigned char, 32> aes, hmac;
        std::chrono::steady_clock::time_point made;
    };

    TicketKeys();
    ~TicketKeys();
    TicketKeys(const TicketKeys&) = delete;
    TicketKeys& operator=(const TicketKeys&) = delete;

    Key current();  // rotates when it is due
    bool find(const unsigned char name[16], Key& found, bool& is_current);
    void rotate();

 private:
    std::mutex mutex_;
    Key current_, previous_;
};

struct TlsFiles {
    std::string cert;         // PEM, leaf first
    std::string private_key;  // PEM
    bool is_default = false;  // presented when the client's SNI matches none
};

struct TlsServerSettings {
    TlsVersion min_version = TlsVersion::tls1_2;
    std::vector<TlsFiles>
        certificates;       // chosen by SNI among their subjectAltNames; first one as default
    std::string client_ca;  // PEM file; not empty: a client certificate is requested
};

struct TlsClientSettings {
    TlsVersion min_version = TlsVersion::tls1_2;
    std::string ca;                    // PEM file; empty: the system's store
    bool allow_invalid_certs = false;  // encrypts, but to whom is anybody's guess
    std::string cert, private_key;     // PEM files; empty: no client certificate
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
