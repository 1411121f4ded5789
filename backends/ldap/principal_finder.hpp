#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "identity/auth_result.hpp"
#include "identity/login.hpp"
#include "ldap/ldap_settings.hpp"
#include "ldap/range.hpp"
#include "ldap/server.hpp"
#include "observe/log.hpp"

namespace postern::ldap {

// From an entry to the principal, by further searches at the same server where the entry alone does
// not say all: values in ranges, groups, whoever lets it send on their behalf. What cannot be read
// whole is no answer: half of the addresses would be a refusal, half of the groups a wrong rule.
class PrincipalFinder {
 public:
    PrincipalFinder(Server& server, const Settings& settings, const std::string& directory,
                    observe::Log& log)
        : server_(server), settings_(settings), directory_(directory), log_(log) {}

    // Rejected{disabled} or {not_permitted}: an entry that may be nobody here.
    net::Task<identity::LookupResult> principal_of(Entry entry);
    // The same for who lists accounts: closed ones are told with all that they have.
    using Described = std::variant<identity::Unavailable, Reading>;
    net::Task<Described> describe(Entry entry);

 private:
    using Failure = std::optional<identity::Unavailable>;
    using Names = std::map<std::string, std::string>;  // of groups: normalised DN, DN as spelt
    struct Account {
        const std::string& dn;
        const identity::Login& login;  // made of its name
    };

    net::Task<Described> read_whole(Entry& entry);
    net::Task<Failure> complete(const std::string& dn, Reading& reading);
    net::Task<Failure> follow_ranges(Entry& entry);
    net::Task<Failure> read_behind(Range& range, Entry& entry);
    void add_group(std::vector<std::string>& groups, const std::string& dn) const;
    net::Task<Failure> find_groups(const Account& account, Names& groups);
    net::Task<Failure> groups_with(const std::string& dn, const Account& account, Names& found);
    net::Task<Failure> groups_by_rule(const Account& account, Names& found);
    net::Task<Failure> groups_by_search(const std::string& filter, Names& found);
    net::Task<Failure> add_addresses(const std::string& dn, std::vector<std::string>& addresses);
    net::Task<Failure> read(const std::string& dn, std::vector<std::string> attributes,
                            std::optional<Entry>& found);
    identity::Unavailable odd(const std::string& dn, const std::string& why) const;

    Server& server_;
    const Settings& settings_;
    const std::string& directory_;
    observe::Log& log_;
};

}  // namespace postern::ldap
