#pragma once

#include <memory>
#include <string>
#include <vector>

#include "remote/protocol.hpp"

namespace postern::remote {

// One connection to a server, good for one login.
class Connection {
 public:
    // Connected and prepared. `patience` is for the connect, shared by all addresses of a name.
    static net::Task<std::unique_ptr<Connection>> open(std::vector<net::Endpoint> endpoints,
                                                       net::Clock::duration patience,
                                                       Security security,
                                                       std::unique_ptr<Protocol> protocol);

    net::Task<Judgement> authenticate(std::string login, const crypto::Secret& password) {
        return protocol_->authenticate(wire_, std::move(login), password);
    }
    net::Task<> leave() { return protocol_->leave(wire_); }
    void close() { wire_.close(); }

    // At rest: the server has neither closed nor said anything unasked.
    bool is_fit() { return wire_.is_silent(); }
    net::Clock::time_point heard() const { return wire_.heard(); }
    std::string method() const { return protocol_->method(); }
    std::string tls_version() const { return wire_.tls_version(); }

 private:
    Connection(net::Stream stream, std::unique_ptr<Protocol> protocol)
        : wire_(std::move(stream)), protocol_(std::move(protocol)) {}
    Wire wire_;
    std::unique_ptr<Protocol> protocol_;
};

}  // namespace postern::remote
