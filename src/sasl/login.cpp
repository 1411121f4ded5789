#include "sasl/login.hpp"

#include <utility>

#include "sasl/field.hpp"

namespace postern::sasl {

Step Login::start(std::optional<std::string_view> initial_response) {
    if (!initial_response) return Challenge{"Username:"};
    return respond(*initial_response);
}

Step Login::respond(std::string_view response) {
    switch (std::exchange(awaited_, Awaited::nothing)) {
        case Awaited::user_name:
            if (!is_identity(response)) return Malformed{};
            user_name_ = response;
            awaited_ = Awaited::password;
            return Challenge{"Password:"};
        case Awaited::password:
            if (!is_password(response)) return Malformed{};
            return Claim{std::move(user_name_), {}, crypto::Secret(response)};
        case Awaited::nothing:
            break;
    }
    return Malformed{};
}

}  // namespace postern::sasl
