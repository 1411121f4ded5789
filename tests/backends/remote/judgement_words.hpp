#pragma once

#include <string>

#include "remote/judgement.hpp"

namespace postern::remote {

// "proved", "bad_credentials", "directory, slower".
inline std::string in_words(const Judgement& judgement) {
    const std::string slow = judgement.slow_down ? ", slower" : "";
    if (std::holds_alternative<Proved>(judgement.verdict)) return "proved" + slow;
    if (const auto* reason = std::get_if<identity::Reason>(&judgement.verdict))
        return to_string(*reason) + slow;
    return to_string(std::get<identity::Unavailable>(judgement.verdict).scope) + slow;
}

}  // namespace postern::remote
