#include "session/verdict.hpp"

#include "smtp/replies.hpp"

namespace postern::session {

namespace {

using identity::Reason;

smtp::Reply reply_to_rejection(Reason reason, const std::string& expired_text) {
    switch (reason) {
        case Reason::disabled:
            return smtp::replies::account_disabled();
        case Reason::expired:
            return smtp::replies::password_expired(expired_text);
        case Reason::unknown_user:
        case Reason::bad_credentials:
        case Reason::locked:
        case Reason::not_permitted:
            break;
    }
    return smtp::replies::authentication_failed();
}

}  // namespace

smtp::Reply reply_to(const identity::AuthResult& verdict, const std::string& expired_text) {
    if (std::holds_alternative<identity::Accepted>(verdict))
        return smtp::replies::authentication_succeeded();
    if (const auto* rejected = std::get_if<identity::Rejected>(&verdict))
        return reply_to_rejection(rejected->reason, expired_text);
    return smtp::replies::authentication_unavailable();
}

}  // namespace postern::session
