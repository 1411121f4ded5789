#pragma once

#include "sasl/mechanism.hpp"

namespace postern::sasl {

// RFC 4616: one message, [authzid] NUL authcid NUL passwd.
class Plain final : public Mechanism {
 public:
    Step start(std::optional<std::string_view> initial_response) override;
    Step respond(std::string_view response) override;

 private:
    bool done_ = false;
};

}  // namespace postern::sasl
