#pragma once

#include <optional>
#include <string>

#include "smtp/command.hpp"
#include "smtp/reply.hpp"

namespace postern::smtp {

// What a session has to offer at this moment; expressions of the settings decide it anew at EHLO,
// after STARTTLS and after AUTH.
struct Offer {
    bool starttls = false;        // a certificate is there and TLS is not on yet
    bool auth = false;            // at least one mechanism may be used now
    bool auth_after_tls = false;  // none now, but some would be after STARTTLS
    bool require_auth = false;    // MAIL only after AUTH
};

// The facts of one SMTP dialogue, and with them all rules about the order of commands (RFC
// 5321 4.1.4, RFC 3207 4.2, RFC 4954 section 4). It answers one question: what speaks against this
// command now?
class Dialogue {
 public:
    // nullopt: go ahead. Otherwise the reply of BEHAVIOUR section 1.
    std::optional<Reply> objection(const Command& command, const Offer& offer) const;

    void hello(bool extended);  // EHLO or HELO answered with 250: also ends a transaction
    void tls_started();         // everything the client said in the clear is forgotten
    void authenticated();
    void mail_accepted(const Mail& mail);
    void recipient_accepted();
    void refused();           // MAIL or RCPT was
    void chunk_begun();       // BDAT (RFC 3030): neither RCPT nor DATA may follow
    void transaction_over();  // message done, RSET, or refused

    // RFC 2920 3.1: whoever pipelines says this before knowing that MAIL or RCPT is refused. An
    // objection to it is no sign of a client that is out of order.
    bool excuses(const Command& command) const;

    bool extended() const { return extended_; }
    bool in_transaction() const { return mail_; }
    bool smtputf8() const { return smtputf8_; }  // of this transaction (RFC 6531 3.4)
    unsigned recipients() const { return recipients_; }

 private:
    std::optional<Reply> objection_to_starttls(const Offer& offer) const;
    std::optional<Reply> objection_to_auth(const Offer& offer) const;
    std::optional<Reply> objection_to_mail(const Offer& offer) const;
    std::optional<Reply> objection_to_rcpt(const Rcpt& rcpt) const;
    std::optional<Reply> objection_to_data() const;
    std::optional<Reply> objection_to_bdat() const;

    bool greeted_ = false;
    bool extended_ = false;
    bool tls_ = false;
    bool authenticated_ = false;
    bool mail_ = false;
    bool smtputf8_ = false;
    unsigned recipients_ = 0;
    bool chunks_ = false;
    bool refused_ = false;  // since the last transaction, or in this one
};

}  // namespace postern::smtp
