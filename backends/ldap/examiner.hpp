#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "directory/finding.hpp"
#include "ldap/ldap_settings.hpp"
#include "ldap/server.hpp"

namespace postern::ldap {

// Looks at one server as an operator would who has just written the settings: is it there, does it
// know us, is there something to search in, what does it do about wrong passwords, and may people
// write what decides who they are.
class Examiner {
 public:
    Examiner(Server& server, const Settings& settings) : server_(server), settings_(settings) {}
    net::Task<directory::Findings> examine();

 private:
    using Kind = directory::Finding::Kind;

    net::Task<> look_at_everything();
    net::Task<> look_at_bases();
    net::Task<> look_at_changes();
    net::Task<> look_at_stamps();
    net::Task<> look_at_secrets();
    net::Task<> look_at_lockout(const Entry& root);
    net::Task<> look_at_domain_policy(std::string domain);
    net::Task<> look_at_password_policies(std::string context);
    net::Task<> look_at_server_policy();
    void tell_lockout(std::string_view whose, std::int64_t failures, std::string_view how_long);
    void look_at_rights(const Entry& root);
    net::Task<Message> read(std::string base, SearchScope scope, std::string filter,
                            std::vector<std::string> attributes);
    net::Task<Message> ask(Search search);
    void tell(Kind kind, std::string sentence);

    Server& server_;
    const Settings& settings_;
    directory::Findings findings_;
};

}  // namespace postern::ldap
