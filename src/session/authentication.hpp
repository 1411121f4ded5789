#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "identity/auth_result.hpp"
#include "sasl/mechanism.hpp"
#include "session/client.hpp"
#include "session/environment.hpp"
#include "session/facts.hpp"
#include "smtp/command.hpp"

namespace postern::session {

// The AUTH stage of one session (RFC 4954): SASL exchange, credentials, directory, reply. It counts
// failures and keeps a refusal back until `errors.wait` has passed, so that no answer tells by its
// time where it came from.
class Authentication {
 public:
    Authentication(const Environment& environment, Client& client, Facts& facts,
                   const observe::Subject& subject)
        : environment_(environment), client_(client), facts_(facts), subject_(subject) {}

    // One AUTH command, answered to the end. On success the principal stands in the facts. True:
    // too many failures or attempts, the session must end.
    net::Task<bool> run(const smtp::Auth& command);
    // An AUTH command that was too long to be read; the same answer.
    bool refuse_long_line();

    // At a MAIL without AUTH: a client whose network the settings know is that account
    // (`network-principal`). A reply: nobody can say now.
    net::Task<std::optional<smtp::Reply>> recognize_network();

 private:
    struct Outcome {  // of one command: what the client hears, and whether it counts as a failure
        smtp::Reply reply;
        bool failure = false;
        net::Deadline not_before{};
    };
    bool answer(const Outcome& outcome);
    net::Task<Outcome> attempt(const smtp::Auth& command);
    net::Task<Outcome> exchange(sasl::Mechanism& mechanism, const smtp::Auth& command);
    net::Task<Outcome> judge(sasl::Claim claim, net::Clock::time_point arrival);
    net::Task<AuthLimits::Admission> admit(const identity::Credentials& credentials);
    net::Task<identity::AuthResult> ask(identity::Credentials credentials);
    net::Task<identity::AuthResult> act_as(const std::string& other, identity::Principal principal);
    net::Task<identity::AuthResult> look_up(const identity::Login& login);
    directory::Service* directory() const;
    identity::AuthResult no_directory() const;
    struct Names {
        const std::string& typed;   // by the client
        const std::string& acting;  // whose password it was, if not the session's principal's
    };
    Outcome conclude(identity::AuthResult verdict, const Names& names,
                     net::Clock::time_point arrival);
    Outcome limited(LimitKind by, const std::string& network, const std::string& typed);
    Outcome unavailable_for_now();
    Outcome aborted(Aborted reason, smtp::Reply reply, bool failure = true);

    const Environment& environment_;
    Client& client_;
    Facts& facts_;
    const observe::Subject& subject_;
    std::string mechanism_;  // of the command under way, for the log
    std::int64_t attempts_ = 0;
    std::int64_t failures_ = 0;
    std::int64_t unavailable_ = 0;
};

}  // namespace postern::session
