#include "ldap/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "ldap/diagnostic.hpp"
#include "ldap/result_code.hpp"

namespace postern::ldap {

namespace {

using identity::Reason;
using identity::Scope;
using identity::Unavailable;

std::string in_words(const Answer& answer) {
    const auto said = fmt::format("{} ({})", name_of(answer.code), answer.code);
    const auto words = presentable(answer.diagnostic);
    return words.empty() ? said : fmt::format("{}: \"{}\"", said, words);
}

// Faults of the server or of how we were told to use it, whoever logs in; all others may be this
// login's. What is quick to answer and wrong for one login only must not feed a breaker.
struct Fault {
    int code;
    const char* what;
};
constexpr Fault faults_of_the_directory[] = {
    {result_code::operations_error, "the server failed, or has forgotten our bind"},
    {result_code::time_limit_exceeded, "the server took too long"},
    {result_code::auth_method_not_supported, "the server does not offer this way to bind"},
    {result_code::stronger_auth_required,
     "the server wants TLS or a signed connection: use ldaps:// or StartTLS"},
    {result_code::unavailable_critical_extension, "the server lacks what we asked for"},
    {result_code::confidentiality_required, "the server wants TLS: use ldaps:// or StartTLS"},
    {result_code::sasl_bind_in_progress, "the server wants a longer dialogue to bind"},
    {result_code::busy, "the server is busy"},
    {result_code::unavailable, "the server is not available"},
    {result_code::other, "the server failed"},
};

Unavailable unavailable(const Answer& answer) {
    const auto* const fault = std::ranges::find(faults_of_the_directory, answer.code, &Fault::code);
    if (fault != std::end(faults_of_the_directory))
        return {Scope::directory, fmt::format("{}; {}", fault->what, in_words(answer))};
    if (answer.code == result_code::referral)
        return {Scope::question,
                "the server sends us to another one, which we do not follow; " + in_words(answer)};
    return {Scope::question, "the server's answer tells nothing; " + in_words(answer)};
}

// Microsoft's system error codes. All but 525, 52e and 775 come behind a right password only.
BindVerdict judge_active_directory(std::uint32_t data, const Answer& answer) {
    switch (data) {
        case 0x525:  // no such user
            return Reason::unknown_user;
        case 0x52e:  // wrong password
            return Reason::bad_credentials;
        case 0x52f:  // restricted: no empty password, policy
        case 0x530:  // not at this time
        case 0x531:  // not from this workstation
        case 0x569:  // not by this type of logon
            return Reason::not_permitted;
        case 0x532:  // password expired
        case 0x773:  // must be changed first
            return Reason::expired;
        case 0x533:  // disabled
        case 0x701:  // account expired
            return Reason::disabled;
        case 0x775:
            return Reason::locked;
        case 0x51f:  // no logon server
            return Unavailable{Scope::directory,
                               "the server finds no domain controller; " + in_words(answer)};
        case 0x80090346:
            return Unavailable{Scope::directory,
                               "the server wants channel binding; " + in_words(answer)};
        default:
            // 568 (in too many groups) among them: the password may be right, so it is not refused.
            return Unavailable{Scope::question, "an unknown refusal; " + in_words(answer)};
    }
}

// Nothing says which of these come behind a right password, so -220 is not `disabled`.
BindVerdict judge_edirectory(std::int32_t error, const Answer& answer) {
    switch (error) {
        case -601:  // no such entry
            return Reason::unknown_user;
        case -222:
        case -669:
            return Reason::bad_credentials;
        case -223:  // expired, no grace logins left
            return Reason::expired;
        case -197:  // intruder lockout
            return Reason::locked;
        case -217:  // too many connections
        case -218:  // not at this time
        case -220:  // account disabled or expired
            return Reason::not_permitted;
        default:
            return Unavailable{Scope::question, "an unknown refusal; " + in_words(answer)};
    }
}

// 389-DS and FreeIPA. They say so before they look at the password, so none of these is `disabled`.
// 389-DS adds "account locked" by control to all of them; the words tell more.
struct Wording {
    std::string_view beginning;
    int code;
    Reason reason;
};
constexpr Wording wordings[] = {
    {"Exceed password retry limit", result_code::constraint_violation, Reason::locked},
    {"Account inactivity limit exceeded", result_code::constraint_violation, Reason::not_permitted},
    {"Account inactivated", result_code::unwilling_to_perform, Reason::not_permitted},
    {"Account (Kerberos principal) is expired", result_code::unwilling_to_perform,
     Reason::not_permitted},
    {"Entry permanently locked", result_code::unwilling_to_perform, Reason::locked},
    {"Too many failed logins", result_code::unwilling_to_perform, Reason::locked},
};

// How servers refuse somebody, rather than the question.
bool is_refusal(const Answer& answer) {
    return answer.code == result_code::invalid_credentials ||
           answer.code == result_code::constraint_violation ||
           answer.code == result_code::unwilling_to_perform;
}

std::optional<BindVerdict> judge_words(const Answer& answer) {
    for (const auto& each : wordings)
        if (answer.code == each.code && answer.diagnostic.starts_with(each.beginning))
            return each.reason;
    if (const auto error = nds_code(answer.diagnostic)) return judge_edirectory(*error, answer);
    if (answer.code == result_code::invalid_credentials)
        if (const auto data = active_directory_code(answer.diagnostic))
            return judge_active_directory(*data, answer);
    return std::nullopt;
}

bool says(const Answer& answer, PasswordPolicy::Error error) {
    return answer.policy && answer.policy->error == error;
}

BindVerdict judge_success(const Answer& answer) {
    if (says(answer, PasswordPolicy::Error::password_expired) ||
        says(answer, PasswordPolicy::Error::change_after_reset))
        return Reason::expired;
    // Contradicts itself; the server that says "locked" may not mean "in".
    if (says(answer, PasswordPolicy::Error::account_locked)) return Reason::locked;
    return Proved{};
}

}  // namespace

BindVerdict judge_bind(const Answer& answer) {
    if (answer.code == result_code::success) return judge_success(answer);
    if (is_refusal(answer)) {
        if (auto verdict = judge_words(answer)) return *verdict;
        if (says(answer, PasswordPolicy::Error::account_locked)) return Reason::locked;
    }
    switch (answer.code) {
        case result_code::invalid_credentials:
            return says(answer, PasswordPolicy::Error::password_expired) ? Reason::expired
                                                                         : Reason::bad_credentials;
        case result_code::no_such_object:
            return Reason::unknown_user;
        case result_code::inappropriate_authentication:  // the entry has no password
            return Reason::not_permitted;
        case result_code::insufficient_access_rights:
            return Unavailable{Scope::question,
                               "the server does not let this entry bind; " + in_words(answer)};
        default:
            return unavailable(answer);
    }
}

std::optional<Unavailable> judge_service_bind(const Answer& answer) {
    const auto verdict = judge_bind(answer);
    if (std::holds_alternative<Proved>(verdict)) return std::nullopt;
    if (const auto* reason = std::get_if<Reason>(&verdict))
        return Unavailable{Scope::directory,
                           fmt::format("the server refused the service account ({}); {}",
                                       identity::to_string(*reason), in_words(answer))};
    return Unavailable{Scope::directory,
                       "the service account could not bind: " + std::get<Unavailable>(verdict).why};
}

std::optional<Unavailable> judge_search(const Answer& answer) {
    switch (answer.code) {
        case result_code::success:
            return std::nullopt;
        case result_code::size_limit_exceeded:
            return Unavailable{Scope::question, "more entries than expected; " + in_words(answer)};
        case result_code::no_such_object:
            return Unavailable{Scope::directory,
                               "there is no such base-dn, or the service account may not see it; " +
                                   in_words(answer)};
        case result_code::insufficient_access_rights:
            return Unavailable{Scope::directory,
                               "the service account may not search here; " + in_words(answer)};
        default:
            return unavailable(answer);
    }
}

bool is_cut_short(const Answer& answer) {
    return answer.code == result_code::size_limit_exceeded;
}

bool is_gone(const Answer& answer) {
    return answer.code == result_code::no_such_object;
}

}  // namespace postern::ldap
