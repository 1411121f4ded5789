// sasl: one file per mechanism (RFC 4422), each a small pure state machine over decoded octets. A
// mechanism knows neither SMTP nor base64 nor directories: it turns the client's responses into a
// Claim, and session/authentication finds out whether the claim is true. Owned by one session.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "crypto/secret.hpp"

namespace postern::sasl {

// The message is not of the mechanism's syntax (501 5.5.2).
struct Malformed {};

// The server's next message, before base64; may be empty.
struct Challenge {
    std::string data;
};

// What the client claims, octets as sent (valid UTF-8, not empty but for authorization_id).
struct Claim {
    std::string authentication_id;
    std::string authorization_id;  // empty: none asked for
    crypto::Secret password;
};

using Step = std::variant<Malformed, Challenge, Claim>;

class Mechanism {
 public:
    virtual ~Mechanism() = default;
    // The first step: the client's initial response, if it sent one (RFC 4422 3.3: an empty one
    // differs from none).
    virtual Step start(std::optional<std::string_view> initial_response) = 0;
    // Each further step: the client's answer to the last Challenge.
    virtual Step respond(std::string_view response) = 0;
};

// The catalogue of what Postern speaks, strongest first: the one place a new mechanism is added.
struct MechanismKind {
    std::string_view name;  // as in EHLO, upper case
    bool reveals_password;  // to whoever reads the wire: needs TLS unless allow-plain-text
    std::unique_ptr<Mechanism> (*make)();
};
std::span<const MechanismKind> mechanisms();
// Case-insensitive (RFC 4954 section 4); nullptr when unknown.
const MechanismKind* find_mechanism(std::string_view name);

}  // namespace postern::sasl
