#pragma once

#include <memory>
#include <vector>

#include "directory/directory.hpp"
#include "directory/domains.hpp"
#include "directory/service.hpp"

namespace postern::directory {

// Several directories as one. A login is asked of the members for its domain, in their order. The
// first one has the last word, unless its settings let the next one speak: about a login that it
// does not know, or while it cannot answer. A "no" is never asked about again, and what a later
// member says against a login is no "no" while an earlier one could not answer.
class Chain final : public Directory {
 public:
    struct Member {
        std::shared_ptr<Service> directory;
        Domains domains;  // "*": every login
        bool next_on_unknown = false, next_on_unavailable = false;
    };
    // `timeout`: of the whole question; whoever asks ends it. Each member has an equal share of it.
    Chain(std::vector<Member> members, net::Clock::duration timeout);
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    // Lists addresses: of a member that lists none, the names that are addresses.
    Capabilities capabilities() const override;

    // One that is never asked, because those before it have the last word about all its logins.
    static const Member* find_unreachable(const std::vector<Member>& members);

 private:
    std::vector<const Member*> members_for(const identity::Login& login) const;
    template <class Result, class Question>
    net::Task<Result> ask(const identity::Login& login, Question question);

    std::vector<Member> members_;
    net::Clock::duration timeout_;
};

}  // namespace postern::directory
