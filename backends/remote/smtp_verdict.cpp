#include "remote/smtp_verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <variant>

#include "remote/wordings.hpp"

namespace postern::remote {

namespace {

using identity::Reason;
using identity::Scope;
using identity::Unavailable;

struct Meaning {
    std::string_view codes;  // with "*": any enhanced code, or none
    std::string_view words;  // it has these among its own
    // Scope: no answer. Reason: a "no", unless its words speak of a trouble.
    std::variant<Scope, Reason> means;
};

// The first line that fits.
constexpr Meaning meanings[] = {
    {"535 5.7.8", "", Reason::bad_credentials},
    {"535", "", Reason::bad_credentials},
    {"535 5.7.0", "", Reason::bad_credentials},  // Sendmail, Yahoo
    {"535 5.7.1", "", Reason::bad_credentials},  // MailEnable
    {"535 5.7.3", "", Reason::bad_credentials},  // Exchange
    // Microsoft 365 says so of many policies, too, which have nothing to do with the password.
    {"535 5.7.139", "credentials were incorrect", Reason::bad_credentials},
    {"535*", "", Scope::question},
    // RFC 5248: the password was right.
    {"525 5.7.13", "", Reason::disabled},
    // This account is in trouble, or wants another way, whatever its password is.
    {"432*", "", Scope::question},  // RFC 4954: a password transition
    {"534*", "", Scope::question},  // a stronger mechanism; Gmail: a visit, or an app password
    {"525*", "", Scope::question},
    // The server does not understand what this login makes of a line.
    {"500*", "", Scope::question},
    {"501*", "", Scope::question},
    // It is not what this needs.
    {"502*", "", Scope::directory},
    {"503*", "", Scope::directory},
    {"504*", "", Scope::directory},  // no such mechanism
    {"523*", "", Scope::directory},  // no login without TLS
    {"530*", "", Scope::directory},
    {"538*", "", Scope::directory},
};

std::string text_of(const smtp::Reply& reply) {
    return fmt::format("{}", fmt::join(reply.lines, " "));
}

bool covers(std::string_view pattern, std::string_view codes) {
    if (pattern.ends_with('*')) return codes.starts_with(pattern.substr(0, pattern.size() - 1));
    return codes == pattern;
}

std::variant<Scope, Reason> meaning_of(const smtp::Reply& reply) {
    const auto codes = smtp::Reply(reply.code, reply.enhanced, "").summary();
    const auto text = text_of(reply);
    for (const auto& each : meanings)
        if (covers(each.codes, codes) && speaks_of(text, each.words)) return each.means;
    return reply.permanent() ? Scope::question : Scope::directory;
}

Judgement unknown(Scope scope, const smtp::Reply& reply) {
    const bool too_many = wants_fewer(reply);
    return {Unavailable{too_many ? Scope::directory : scope, in_words(reply)}, too_many};
}

}  // namespace

std::string in_words(const smtp::Reply& reply) {
    // Who does not understand a line likes to repeat it, with whatever is in it.
    const bool may_repeat = reply.code >= 500 && reply.code <= 504;
    if (may_repeat) return smtp::Reply(reply.code, reply.enhanced, "").summary();
    constexpr std::size_t longest = 200;
    return reply.summary().substr(0, longest);
}

bool wants_fewer(const smtp::Reply& reply) {
    return speaks_of_too_many(text_of(reply));
}

Judgement judge_login(const smtp::Reply& reply) {
    if (reply.code == 235) return {Proved(), false};
    const auto means = meaning_of(reply);
    if (const auto* scope = std::get_if<Scope>(&means)) return unknown(*scope, reply);
    const bool passes = speaks_of_trouble(text_of(reply)) || wants_fewer(reply);
    if (passes) return unknown(Scope::directory, reply);
    return {std::get<Reason>(means), false};
}

}  // namespace postern::remote
