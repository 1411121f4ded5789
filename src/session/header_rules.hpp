#pragma once

#include <optional>
#include <string>

#include "observe/log.hpp"
#include "session/environment.hpp"
#include "session/facts.hpp"
#include "session/header.hpp"
#include "smtp/reply.hpp"

namespace postern::session {

// Our own rules about the header of a message (BEHAVIOUR section 3): whose it may say it is, and
// what is put into it where it is missing (RFC 6409 section 8). A refusal is logged.
class HeaderRules {
 public:
    HeaderRules(const Environment& environment, const Facts& facts, const observe::Subject& subject)
        : environment_(environment), facts_(facts), subject_(subject) {}

    // A settled header. nullopt: nothing speaks against it; `additions` are whole fields to be put
    // in front of it.
    std::optional<smtp::Reply> objection(const HeldHeader& header, bool smtputf8,
                                         std::string& additions) const;

 private:
    bool must_be_judged() const;
    std::optional<smtp::Reply> cannot_be_judged(const std::string& why) const;
    std::string missing_fields(const smtp::Header& header) const;

    const Environment& environment_;
    const Facts& facts_;
    const observe::Subject& subject_;
};

}  // namespace postern::session
