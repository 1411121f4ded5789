#include "session/header_rules.hpp"

#include <fmt/format.h>

#include "crypto/random.hpp"
#include "observe/events.hpp"
#include "policy/header.hpp"
#include "session/envelope_rules.hpp"
#include "session/message_date.hpp"
#include "smtp/replies.hpp"

namespace postern::session {

namespace {

namespace events = observe::events;
namespace replies = smtp::replies;

policy::HeaderVerdict verdict_on(const smtp::Header& header, const Environment& environment,
                                 const Facts& facts, bool smtputf8) {
    const auto& settings = environment.settings;
    if (!facts.principal)
        return policy::judge_strangers_header(header, settings.relay.local_domains);
    return policy::judge_header(header, *facts.principal,
                                {.sender = sender_rules(environment, facts),
                                 .send_as_anyone = settings.auth.send_as_anyone.boolean(facts),
                                 .add_missing_from = settings.auth.missing_from == MissingFrom::add,
                                 .allow_resent = settings.auth.resent == Resent::allow,
                                 .smtputf8 = smtputf8});
}

}  // namespace

std::optional<smtp::Reply> HeaderRules::objection(const HeldHeader& header, bool smtputf8,
                                                  std::string& additions) const {
    if (header.too_long()) return replies::header_too_big();
    if (!must_be_judged()) {
        if (!header.refusal()) additions = missing_fields(header.fields());
        return std::nullopt;
    }
    if (header.refusal()) return cannot_be_judged(header.refusal()->text());

    const auto verdict = verdict_on(header.fields(), environment_, facts_, smtputf8);
    if (const auto* unclear = std::get_if<policy::CannotBeJudged>(&verdict))
        return cannot_be_judged(unclear->why);
    if (const auto* foreign = std::get_if<policy::NotOwned>(&verdict)) {
        environment_.meters.refused(Rule::header_sender);
        environment_.log.write(events::sender_refused, subject_,
                               {{"login", facts_.principal ? facts_.principal->name : ""},
                                {"asked", foreign->address},
                                {"field", foreign->field},
                                {"why", "not owned"}});
        return replies::sender_not_owned();
    }
    additions = missing_fields(header.fields());
    if (const auto& from = std::get<policy::HeaderAccepted>(verdict).add_from)
        additions += fmt::format("From: {}\r\n", from->text());
    return std::nullopt;
}

// Of somebody who has not authenticated only the local domains are to be protected.
bool HeaderRules::must_be_judged() const {
    const auto& settings = environment_.settings;
    if (!facts_.principal) return !settings.relay.local_domains.empty();
    return settings.auth.must_match_header_from.boolean(facts_);
}

std::optional<smtp::Reply> HeaderRules::cannot_be_judged(const std::string& why) const {
    environment_.meters.refused(Rule::header);
    environment_.log.write(
        events::header_refused, subject_,
        {{"login", facts_.principal ? facts_.principal->name : ""}, {"why", why}});
    return replies::header_cannot_be_judged();
}

std::string HeaderRules::missing_fields(const smtp::Header& header) const {
    const auto& settings = environment_.settings;
    std::string fields;
    if (settings.relay.add_date && !header.date)
        fields += fmt::format("Date: {}\r\n", message_date(std::chrono::system_clock::now()));
    if (settings.relay.add_message_id && !header.message_id)
        fields += fmt::format("Message-ID: <{}@{}>\r\n", crypto::random_id(), settings.hostname);
    return fields;
}

}  // namespace postern::session
