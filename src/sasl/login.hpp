#pragma once

#include <string>

#include "sasl/mechanism.hpp"

namespace postern::sasl {

// LOGIN, which no RFC defines (draft-murchison-sasl-login): the user name, then the password, each
// asked for. An initial response is the user name.
class Login final : public Mechanism {
 public:
    Step start(std::optional<std::string_view> initial_response) override;
    Step respond(std::string_view response) override;

 private:
    enum class Awaited : std::uint8_t { user_name, password, nothing };

    Awaited awaited_ = Awaited::user_name;
    std::string user_name_;
};

}  // namespace postern::sasl
