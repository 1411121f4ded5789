#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "ldap/codec.hpp"
#include "ldap/server_address.hpp"
#include "net/stream.hpp"

namespace postern::ldap {

// How a server is reached.
struct Transport {
    ServerAddress address;
    bool start_tls = false;
    std::shared_ptr<const net::TlsContext> tls;  // for ldaps and StartTLS
    std::string tls_name;                        // expected in the certificate
    // For the connect, shared by all addresses of a name, so that one that is silent leaves time
    // for the others.
    net::Clock::duration patience = std::chrono::seconds(2);
};

// The server was reached, and refuses what a connection needs: StartTLS, our own account.
class Refused : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

// One connection to a server, with one request at a time; Pipeline has many. What is broken throws:
// system_error, net::TlsError, ProtocolError, Refused. After that, and after a cancellation, it is
// only good for going.
class Connection {
 public:
    // Connected, and under TLS where the transport wants it; nobody is bound yet.
    static net::Task<std::unique_ptr<Connection>> open(Transport transport,
                                                       std::vector<net::Endpoint> endpoints);

    net::Task<Message> search(const Search& search);
    net::Task<Message> bind(std::string dn, const crypto::Secret& password);
    net::Task<Message> bind_external();
    net::Task<Message> who_am_i();

    // Nothing is owed, and the server has neither closed nor said anything unasked.
    bool is_fit();
    // When the last octet came.
    net::Clock::time_point heard() const { return heard_; }

    // For who takes over the connection with all that belongs to it.
    net::Stream& stream() { return stream_; }
    Codec& codec() { return codec_; }

 private:
    explicit Connection(net::Stream stream) : stream_(std::move(stream)) {}
    net::Task<> start_tls(const Transport& transport);
    net::Task<Message> exchange(int id);

    net::Stream stream_;
    Codec codec_;
    bool owes_ = false;  // a request is not answered
    net::Clock::time_point heard_{};
};

}  // namespace postern::ldap
