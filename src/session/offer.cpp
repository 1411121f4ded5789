#include "session/offer.hpp"

#include "sasl/mechanism.hpp"

namespace postern::session {

std::vector<std::string> offered_mechanisms(const Environment& environment, const Facts& facts) {
    std::vector<std::string> names;
    if (!facts.principal && environment.settings.auth.directory.text(facts).empty()) return names;
    const bool plain_text =
        facts.is_tls || environment.settings.auth.allow_plain_text.boolean(facts);
    const auto wanted = environment.settings.auth.mechanisms.texts(facts);
    for (const auto& word : wanted) {
        const auto* kind = sasl::find_mechanism(word);
        if (kind != nullptr && (plain_text || !kind->reveals_password))
            names.emplace_back(kind->name);
    }
    return names;
}

smtp::Offer offer_of(const Environment& environment, const Listener& listener, const Facts& facts) {
    Facts after_tls = facts;
    after_tls.is_tls = true;
    const bool has_tls = listener.tls != nullptr;
    return {.starttls = has_tls && !facts.is_tls,
            .auth = !facts.principal && !offered_mechanisms(environment, facts).empty(),
            .auth_after_tls =
                has_tls && !facts.is_tls && !offered_mechanisms(environment, after_tls).empty(),
            .require_auth = facts.unnamed || environment.settings.auth.require.boolean(facts)};
}

smtp::Capabilities capabilities_of(const Environment& environment, const Listener& listener,
                                   const Facts& facts) {
    auto capabilities = environment.offered();
    capabilities.starttls = listener.tls != nullptr && !facts.is_tls;
    if (!facts.principal) capabilities.auth = offered_mechanisms(environment, facts);
    return capabilities;
}

}  // namespace postern::session
