#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>

#include "address/mailbox.hpp"
#include "identity/principal.hpp"
#include "policy/sender.hpp"
#include "smtp/header_reader.hpp"

namespace postern::policy {

struct HeaderRules {
    SenderRules sender;
    bool send_as_anyone = false;    // every mailbox is owned (BEHAVIOUR section 3, rule 4)
    bool add_missing_from = false;  // missing-from = "add"
    bool allow_resent = false;      // resent = "allow"
    bool smtputf8 = false;          // the transaction has it: what is added may use it
};

// 550 5.6.0: nobody can say who this is from.
struct CannotBeJudged {
    std::string why = "the header has not been judged";
};
// 550 5.7.1: an address that is not this sender's to use.
struct NotOwned {
    std::string field;    // where it stands
    std::string address;  // as written
};
struct HeaderAccepted {
    std::optional<address::Mailbox> add_from;  // a From to put into the header, which has none
};
using HeaderVerdict = std::variant<CannotBeJudged, NotOwned, HeaderAccepted>;

// May this principal send a message with this header? BEHAVIOUR section 3,
// `must-match-header-from`.
HeaderVerdict judge_header(const smtp::Header& header, const identity::Principal& principal,
                           const HeaderRules& rules);

// May somebody who has not authenticated? Not as one of `local_domains`, which are in their normal
// form; and not as somebody of whom a reader might think so.
HeaderVerdict judge_strangers_header(const smtp::Header& header,
                                     std::span<const std::string> local_domains);

}  // namespace postern::policy
