#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "identity/auth_result.hpp"
#include "identity/login.hpp"
#include "ldap/ldap_settings.hpp"
#include "ldap/server.hpp"
#include "observe/log.hpp"

namespace postern::ldap {

// The searches of one question, at one server: from a login to its entry.
class EntryFinder {
 public:
    EntryFinder(Server& server, const Settings& settings, const std::string& directory,
                observe::Log& log)
        : server_(server), settings_(settings), directory_(directory), log_(log) {}

    // No answer, or whose entry it is, or nobody's.
    using Found = std::variant<identity::Unavailable, Entry, identity::Rejected>;
    // More than one entry is no answer: a guess would let somebody in as somebody else.
    net::Task<Found> by_login(const identity::Login& login);
    // The entry that the name of a successful bind stands for: read by its DN, or by what the
    // server calls whoever is bound (RFC 4532) when the name is no DN.
    net::Task<Found> bound_entry(Server::Lease& lease, const std::string& name);
    // Of the entry of that name, as the search that found it would give it; empty: it is gone, or
    // tells nothing.
    using Stamped = std::variant<identity::Unavailable, std::string>;
    net::Task<Stamped> stamp_of(const std::string& dn);
    // Whether there is no entry of that name any more.
    net::Task<bool> has_gone(const std::string& dn);

    // One that brings all that an account is made of.
    Search search_of(std::string base, SearchScope scope, std::string filter) const;

 private:
    net::Task<Found> by_filter(std::string filter);
    net::Task<Found> by_user_name(std::string_view domain, std::string_view name);
    Found only_one(const std::vector<Message>& messages, const std::string& filter) const;

    Server& server_;
    const Settings& settings_;
    const std::string& directory_;
    observe::Log& log_;
};

// What is no entry is an answer already.
template <class Result>
Result answer_of(EntryFinder::Found found) {
    if (auto* rejected = std::get_if<identity::Rejected>(&found)) return std::move(*rejected);
    return std::get<identity::Unavailable>(std::move(found));
}

}  // namespace postern::ldap
