#pragma once

#include <cstddef>
#include <optional>

#include "observe/log.hpp"
#include "policy/sender.hpp"
#include "session/environment.hpp"
#include "session/facts.hpp"
#include "smtp/command.hpp"
#include "smtp/reply.hpp"

namespace postern::session {

// How addresses are compared for this session: where a directory lists no addresses at all, the
// name that it gives a principal is its address.
policy::SenderRules sender_rules(const Environment& environment, const Facts& facts);

// Our own rules about an envelope: who may send from an address (BEHAVIOUR section 3), and who may
// reach one (section 4). nullopt: nothing speaks against it, and the next hop may be asked. A
// refusal is logged.
class EnvelopeRules {
 public:
    EnvelopeRules(const Environment& environment, const Facts& facts,
                  const observe::Subject& subject)
        : environment_(environment), facts_(facts), subject_(subject) {}

    std::optional<smtp::Reply> objection(const smtp::Mail& mail) const;
    // `recipients`: how many the transaction has already.
    std::optional<smtp::Reply> objection(const smtp::Rcpt& rcpt, std::size_t recipients) const;

 private:
    const char* why_not(const address::Path& reverse_path) const;
    bool is_local(const address::Path& path) const;

    const Environment& environment_;
    const Facts& facts_;
    const observe::Subject& subject_;
};

}  // namespace postern::session
