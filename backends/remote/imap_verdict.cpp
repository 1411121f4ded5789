#include "remote/imap_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <variant>

#include "remote/wordings.hpp"

namespace postern::remote {

namespace {

using identity::Reason;
using identity::Scope;
using identity::Unavailable;

struct Meaning {
    std::string_view code;
    // Scope: no answer. Reason: a "no", unless its words speak of a trouble.
    std::variant<Scope, Reason> means;
    bool slow_down = false;
};

// What NO with a code means. Codes that are not here, such as those that only concern mailboxes,
// explain no refused login.
constexpr std::array meanings{
    Meaning{"AUTHENTICATIONFAILED", Reason::bad_credentials},
    Meaning{"AUTHORIZATIONFAILED", Reason::not_permitted},
    Meaning{"EXPIRED", Reason::expired},
    // Of any NO: they tell something else besides.
    Meaning{"ALERT", Reason::bad_credentials},
    Meaning{"CAPABILITY", Reason::bad_credentials},
    Meaning{"WEBALERT", Scope::question},  // Gmail: also to a right password, until a visit
    // The server is not what this needs, or it is in trouble.
    Meaning{"PRIVACYREQUIRED", Scope::directory},
    Meaning{"UNAVAILABLE", Scope::directory},
    Meaning{"SERVERBUG", Scope::directory},
    Meaning{"CLIENTBUG", Scope::question},
    // This account is in trouble, whatever its password is.
    Meaning{"CONTACTADMIN", Scope::question},
    Meaning{"INUSE", Scope::question},
    Meaning{"CORRUPTION", Scope::question},
    Meaning{"OVERQUOTA", Scope::question},
    Meaning{"REFERRAL", Scope::question},  // RFC 2221: elsewhere
    Meaning{"LIMIT", Scope::directory, true},
    Meaning{"THROTTLED", Scope::directory, true},
};

std::string in_words(const ImapResponse& response) {
    const auto code = response.code.empty() ? "" : fmt::format("[{}] ", response.code);
    constexpr std::size_t longest = 200;
    // Who does not understand a line likes to repeat it, with whatever is in it.
    const std::string_view text = response.name == "BAD" ? "" : std::string_view(response.text);
    return fmt::format("{} {}{}", response.name, code, text).substr(0, longest);
}

Judgement unknown(Scope scope, const ImapResponse& response) {
    const bool too_many = wants_fewer(response);
    return {Unavailable{too_many ? Scope::directory : scope, in_words(response)}, too_many};
}

const Meaning* find_meaning(std::string_view code) {
    const auto found = std::ranges::find(meanings, code, &Meaning::code);
    return found == meanings.end() ? nullptr : found;
}

}  // namespace

bool wants_fewer(const ImapResponse& response) {
    const auto* meaning = find_meaning(response.code);
    return (meaning != nullptr && meaning->slow_down) || speaks_of_too_many(response.text);
}

Judgement judge_login(const ImapResponse& response) {
    if (response.name == "OK") return {Proved(), false};
    if (response.name != "NO") return unknown(Scope::question, response);
    auto means = std::variant<Scope, Reason>(Reason::bad_credentials);
    if (!response.code.empty()) {
        const auto* meaning = find_meaning(response.code);
        if (meaning == nullptr) return unknown(Scope::question, response);
        means = meaning->means;
    }
    if (const auto* scope = std::get_if<Scope>(&means)) return unknown(*scope, response);
    const bool passes = speaks_of_trouble(response.text) || speaks_of_too_many(response.text);
    if (passes) return unknown(Scope::directory, response);
    return {std::get<Reason>(means), false};
}

}  // namespace postern::remote
