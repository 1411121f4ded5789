#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"
#include "remote/judgement.hpp"
#include "remote/wire.hpp"

namespace postern::remote {

// What is said on one connection, in the language of the server. What is broken throws:
// system_error, net::TlsError, ProtocolError, Refused, Farewell.
class Protocol {
 public:
    virtual ~Protocol() = default;
    // From the greeting to where only a login is missing, under TLS where that is wanted.
    virtual net::Task<> prepare(Wire& wire, const Security& security) = 0;
    // Once. Neither string has a NUL.
    virtual net::Task<Judgement> authenticate(Wire& wire, std::string login,
                                              const crypto::Secret& password) = 0;
    // Takes leave and waits until the server has closed.
    virtual net::Task<> leave(Wire& wire) = 0;
    // What an operator would ask about a prepared connection: "AUTHENTICATE PLAIN".
    virtual std::string method() const = 0;
};
using MakeProtocol = std::function<std::unique_ptr<Protocol>()>;

}  // namespace postern::remote
