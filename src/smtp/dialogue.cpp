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
            if constexpr (std::is_same_v<Asked, Bdat>) return objection_to_bdat();
            return nothing;  // RFC 5321 4.1.4: all others at any time
        },
        command);
}

std::optional<Reply> Dialogue::objection_to_starttls(const Offer& offer) const {
    if (tls_) return replies::tls_is_on();
    if (!extended_) return replies::ehlo_first();
    if (mail_) return replies::not_in_a_transaction();
    if (!offer.starttls) return replies::starttls_not_offered();
    return nothing;
}

std::optional<Reply> Dialogue::objection_to_auth(const Offer& offer) const {
    if (!extended_) return replies::ehlo_first();
    if (authenticated_) return replies::already_authenticated();
    if (mail_) return replies::not_in_a_transaction();
    if (starttls_would_help(offer)) return replies::must_starttls_first();
    if (!offer.auth) return replies::authentication_not_offered();
    return nothing;
}

std::optional<Reply> Dialogue::objection_to_mail(const Offer& offer) const {
    if (!greeted_) return replies::hello_first();
    if (mail_) return replies::sender_already_given();
    if (offer.require_auth && !authenticated_) {
        return starttls_would_help(offer) ? replies::must_starttls_first()
                                          : replies::authentication_required();
    }
    return nothing;
}

std::optional<Reply> Dialogue::objection_to_rcpt(const Rcpt& rcpt) const {
    if (!greeted_) return replies::hello_first();
    if (!mail_) return replies::mail_first();
    if (chunks_) return replies::chunks_have_begun();
    const bool ascii = address::is_ascii(rcpt.forward_path.text) && address::is_ascii(rcpt.orcpt);
    if (!ascii && !smtputf8_) return replies::needs_smtputf8();
    return nothing;
}

std::optional<Reply> Dialogue::objection_to_bdat() const {
    if (!extended_) return replies::ehlo_first();
    return chunks_ ? nothing : objection_to_data();
}

std::optional<Reply> Dialogue::objection_to_data() const {
    if (!greeted_) return replies::hello_first();
    if (!mail_) return replies::mail_first();
    if (chunks_) return replies::chunks_have_begun();
    if (recipients_ > 0) return nothing;
    return refused_ ? replies::no_valid_recipients() : replies::rcpt_first();
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
    refused_ = false;
}

void Dialogue::recipient_accepted() {
    ++recipients_;
}

void Dialogue::refused() {
    refused_ = true;
}

void Dialogue::chunk_begun() {
    chunks_ = true;
}

bool Dialogue::excuses(const Command& command) const {
    return refused_ &&
           (std::holds_alternative<Rcpt>(command) || std::holds_alternative<Data>(command) ||
            std::holds_alternative<Bdat>(command));
}

void Dialogue::transaction_over() {
    mail_ = false;
    smtputf8_ = false;
    recipients_ = 0;
    chunks_ = false;
    refused_ = false;
}

}  // namespace postern::smtp
