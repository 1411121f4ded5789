#pragma once

#include <string>

#include "sasl/mechanism.hpp"

namespace postern::sasl {

// What the tables of tests compare: "malformed", "challenge [data]", "claim name password as
// other".
inline std::string text_of(const Step& step) {
    if (std::holds_alternative<Malformed>(step)) return "malformed";
    if (const auto* challenge = std::get_if<Challenge>(&step))
        return "challenge [" + challenge->data + "]";
    const Claim& claim = std::get<Claim>(step);
    std::string text = "claim " + claim.authentication_id + " ";
    text += claim.password.reveal();
    if (!claim.authorization_id.empty()) text += " as " + claim.authorization_id;
    return text;
}

}  // namespace postern::sasl
