#include "smtp/dialogue.hpp"

#include <type_traits>

#include "address/unicode.hpp"
#include "smtp/replies.hpp"

namespace postern::smtp {

namespace {

constexpr std::optional<Reply> nothing = std::nullopt;

// Whether the client gets further by STARTTLS: a mechanism waits behind it, and it can be had.
bool starttls_would_help(const Offer& offer) {
    return !offer.auth && offer.auth_after_tls && offer.starttls;
}

}  // namespace

std::optional<Reply> Dialogue::objection(const Command& command, const Offer& offer) const {
    return std::visit(
        [&](const auto& asked) -> std::optional<Reply> {
            using Asked = std::decay_t<decltype(asked)>;
            if constexpr (std::is_same_v<Asked, StartTls>) return objection_to_starttls(offer);
            if constexpr (std::is_same_v<Asked, Auth>) return objection_to_auth(offer);
            if constexpr (std::is_same_v<Asked, Mail>) return objection_to_mail(offer);
            if constexpr (std::is_same_v<Asked, Rcpt>) return objection_to_rcpt(asked);
            if constexpr (std::is_same_v<Asked, Data>) return objection_to_data();
            return nothing;  // RFC 5321 4.1.4: all others at any time
        },
        command);
}

std::optional<Reply> Dialogue::objection_to_starttls(const Offer& offer) const {
    if (tls_) return replies::out_of_order("TLS is on already");
    if (!extended_) return replies::out_of_order("Send EHLO first");
    if (mail_) return replies::out_of_order("Not inside a mail transaction");
    if (!offer.starttls) return replies::starttls_not_offered();
    return nothing;
}

std::optional<Reply> Dialogue::objection_to_auth(const Offer& offer) const {
    if (!extended_) return replies::out_of_order("Send EHLO first");
    if (authenticated_) return replies::out_of_order("Already authenticated");
    if (mail_) return replies::out_of_order("Not inside a mail transaction");
    if (starttls_would_help(offer)) return replies::must_starttls_first();
    if (!offer.auth) return replies::authentication_not_offered();
    return nothing;
}

std::optional<Reply> Dialogue::objection_to_mail(const Offer& offer) const {
    if (!greeted_) return replies::out_of_order("Send EHLO or HELO first");
    if (mail_) return replies::out_of_order("Sender already given");
    if (offer.require_auth && !authenticated_) {
        return starttls_would_help(offer) ? replies::must_starttls_first()
                                          : replies::authentication_required();
    }
    return nothing;
}

std::optional<Reply> Dialogue::objection_to_rcpt(const Rcpt& rcpt) const {
    if (!greeted_) return replies::out_of_order("Send EHLO or HELO first");
    if (!mail_) return replies::out_of_order("Send MAIL first");
    const bool ascii = address::is_ascii(rcpt.forward_path.text) && address::is_ascii(rcpt.orcpt);
    if (!ascii && !smtputf8_) return replies::needs_smtputf8();
    return nothing;
}

std::optional<Reply> Dialogue::objection_to_data() const {
    if (!greeted_) return replies::out_of_order("Send EHLO or HELO first");
    if (!mail_) return replies::out_of_order("Send MAIL first");
    if (recipients_ == 0) return replies::out_of_order("No valid recipients");
    return nothing;
}

void Dialogue::hello(bool extended) {
    greeted_ = true;
    extended_ = extended;
    transaction_over();
}

void Dialogue::tls_started() {
    *this = Dialogue();
    tls_ = true;
}

void Dialogue::authenticated() {
    authenticated_ = true;
}

void Dialogue::mail_accepted(const Mail& mail) {
    mail_ = true;
    smtputf8_ = mail.smtputf8;
    recipients_ = 0;
}

void Dialogue::recipient_accepted() {
    ++recipients_;
}

void Dialogue::transaction_over() {
    mail_ = false;
    smtputf8_ = false;
    recipients_ = 0;
}

}  // namespace postern::smtp
