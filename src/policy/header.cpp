#include "policy/header.hpp"

#include <algorithm>
#include <ranges>
#include <vector>

#include "address/unicode.hpp"
#include "policy/routing.hpp"

namespace postern::policy {
namespace {

using Mailboxes = std::vector<smtp::WrittenMailbox>;
using Objection = std::optional<HeaderVerdict>;  // nullopt: none

struct Field {
    const char* name;
    const std::vector<Mailboxes>& occurrences;
};

// RFC 5322 3.6: neither may occur twice, and readers differ in which one they show.
Objection against_number(const smtp::Header& header) {
    if (header.from.size() > 1) return CannotBeJudged{"there are several From fields"};
    if (header.sender.size() > 1) return CannotBeJudged{"there are several Sender fields"};
    return std::nullopt;
}

HeaderVerdict not_owned(const char* field, const smtp::WrittenMailbox& mailbox) {
    if (routes(mailbox.mailbox.local_part))
        return CannotBeJudged{std::string(field) + ": a local part may be read as a route"};
    return NotOwned{field, mailbox.text};
}

// Asks for every mailbox of the fields whether `good` has it.
template <class Predicate>
Objection against_mailboxes(std::initializer_list<Field> fields, const Predicate& good) {
    for (const auto& field : fields) {
        for (const auto& each : field.occurrences | std::views::join)
            if (!good(each.mailbox)) return not_owned(field.name, each);
    }
    return std::nullopt;
}

class Judge {
 public:
    Judge(const smtp::Header& header, const identity::Principal& principal,
          const HeaderRules& rules)
        : header_(header), principal_(principal), rules_(rules) {}

    HeaderVerdict verdict() const {
        if (auto objection = against_number(header_)) return *std::move(objection);
        const auto owned = [this](const address::Mailbox& mailbox) { return owns_it(mailbox); };
        const auto objection = against_mailboxes({{"Sender", header_.sender},
                                                  {"Resent-From", header_.resent_from},
                                                  {"Resent-Sender", header_.resent_sender}},
                                                 owned);
        if (objection) return *objection;
        return header_.from.empty() ? without_from() : with_from();
    }

 private:
    HeaderVerdict without_from() const {
        if (!rules_.add_missing_from) return CannotBeJudged{"there is no From"};
        auto primary = primary_address();
        if (!primary) return CannotBeJudged{"there is no From, and no address to put there"};
        return HeaderAccepted{std::move(primary)};
    }

    HeaderVerdict with_from() const {
        const bool resent = rules_.allow_resent && !header_.resent_from.empty();
        const auto good = [&](const address::Mailbox& mailbox) {
            return owns_it(mailbox) || (has_sender() && may_speak_for(mailbox)) ||
                   (resent && !routes(mailbox.local_part));
        };
        if (auto objection = against_mailboxes({{"From", header_.from}}, good))
            return *std::move(objection);
        // RFC 5322 3.6.2
        if (header_.from.front().size() > 1 && !has_sender())
            return CannotBeJudged{"From has several addresses, and there is no Sender"};
        return HeaderAccepted{};
    }

    bool has_sender() const { return !header_.sender.empty(); }

    bool owns_it(const address::Mailbox& mailbox) const {
        return rules_.send_as_anyone || owns(principal_, mailbox, rules_.sender) != Ownership::none;
    }

    bool may_speak_for(const address::Mailbox& mailbox) const {
        return owns(principal_.on_behalf_of, mailbox, rules_.sender) != Ownership::none;
    }

    // The first address of the list, or the name where it counts. A whole domain is no address.
    std::optional<address::Mailbox> primary_address() const {
        std::optional<address::Mailbox> primary;
        for (const auto& entry : principal_.addresses) {
            primary = address::parse_mailbox(entry);
            if (primary) break;
        }
        if (!primary && rules_.sender.name_is_address)
            primary = address::parse_mailbox(principal_.name);
        const bool writable = primary && !primary->local_part.empty() &&
                              (rules_.smtputf8 || address::is_ascii(primary->local_part));
        return writable ? primary : std::nullopt;
    }

    const smtp::Header& header_;
    const identity::Principal& principal_;
    const HeaderRules& rules_;
};

}  // namespace

HeaderVerdict judge_header(const smtp::Header& header, const identity::Principal& principal,
                           const HeaderRules& rules) {
    return Judge(header, principal, rules).verdict();
}

HeaderVerdict judge_strangers_header(const smtp::Header& header,
                                     std::span<const std::string> local_domains) {
    if (auto objection = against_number(header)) return *std::move(objection);
    const auto foreign = [&](const address::Mailbox& mailbox) {
        return !routes(mailbox.local_part) &&
               std::ranges::find(local_domains, mailbox.domain) == local_domains.end();
    };
    const auto objection = against_mailboxes({{"From", header.from},
                                              {"Sender", header.sender},
                                              {"Resent-From", header.resent_from},
                                              {"Resent-Sender", header.resent_sender}},
                                             foreign);
    return objection ? *objection : HeaderVerdict(HeaderAccepted{});
}

}  // namespace postern::policy
