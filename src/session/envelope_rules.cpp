#include "session/envelope_rules.hpp"

#include <algorithm>

#include "observe/events.hpp"
#include "policy/recipient.hpp"
#include "policy/sender.hpp"
#include "smtp/replies.hpp"

namespace postern::session {

namespace {

namespace events = observe::events;
namespace replies = smtp::replies;

}  // namespace

policy::SenderRules sender_rules(const Environment& environment, const Facts& facts) {
    auto rules = environment.settings.auth.sender;
    rules.name_is_address = rules.name_is_address || facts.name_is_address;
    return rules;
}

std::optional<smtp::Reply> EnvelopeRules::objection(const smtp::Mail& mail) const {
    const char* why = why_not(mail.reverse_path);
    if (why == nullptr) return std::nullopt;
    const auto& principal = facts_.principal;
    environment_.meters.refused(Rule::sender);
    environment_.log.write(
        events::sender_refused, subject_,
        {{"login", principal ? principal->name : ""},
         {"asked", mail.reverse_path.text},
         {"owned", principal && !principal->addresses.empty() ? principal->addresses.front() : ""},
         {"why", why}});
    return replies::sender_not_owned();
}

// nullptr: this sender is theirs, or nobody's business.
const char* EnvelopeRules::why_not(const address::Path& reverse_path) const {
    const auto& settings = environment_.settings.auth;
    if (!facts_.principal)
        return is_local(reverse_path) ? "a local domain without authentication" : nullptr;
    if (!reverse_path.mailbox) return settings.null_sender ? nullptr : "the null reverse-path";
    if (!settings.must_match_sender.boolean(facts_)) return nullptr;
    if (settings.send_as_anyone.boolean(facts_)) return nullptr;
    const auto ownership =
        policy::owns(*facts_.principal, *reverse_path.mailbox, sender_rules(environment_, facts_));
    return ownership == policy::Ownership::none ? "not owned" : nullptr;
}

std::optional<smtp::Reply> EnvelopeRules::objection(const smtp::Rcpt& rcpt,
                                                    std::size_t recipients) const {
    const auto& settings = environment_.settings;
    if (recipients >= static_cast<std::size_t>(settings.limits.recipients)) {
        environment_.log.write(events::relay_refused, subject_,
                               {{"command", "RCPT"},
                                {"path", rcpt.forward_path.text},
                                {"reply", replies::too_many_recipients().summary()}});
        return replies::too_many_recipients();
    }
    if (settings.relay.relay.boolean(facts_)) return std::nullopt;
    if (is_local(rcpt.forward_path) && !policy::may_be_rerouted(rcpt.forward_path))
        return std::nullopt;
    environment_.meters.refused(Rule::relay);
    environment_.log.write(events::relay_denied, subject_, {{"asked", rcpt.forward_path.text}});
    return replies::relaying_denied();
}

bool EnvelopeRules::is_local(const address::Path& path) const {
    const auto& domains = environment_.settings.relay.local_domains;
    return path.mailbox && std::ranges::find(domains, path.mailbox->domain) != domains.end();
}

}  // namespace postern::session
