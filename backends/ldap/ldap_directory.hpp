#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "directory/password_check.hpp"
#include "directory/plugin.hpp"
#include "ldap/account_lister.hpp"
#include "ldap/entry_finder.hpp"
#include "ldap/ldap_settings.hpp"
#include "ldap/principal_finder.hpp"
#include "ldap/server.hpp"
#include "ldap/servers.hpp"
#include "ldap/verdict.hpp"

namespace postern::ldap {

// Asks LDAP servers. A whole question goes to one server, for what one has found another one may
// not have yet; when that server fails, to the next.
class LdapDirectory final : public directory::Directory {
 public:
    LdapDirectory(const directory::BackendContext& context, Settings settings);
    ~LdapDirectory() override;
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    directory::Capabilities capabilities() const override;
    net::Task<directory::ListResult> accounts(const directory::PageWanted& wanted) override;
    net::Task<directory::Findings> examine() override;
    net::Task<> watch(directory::Changes& changes) override;
    net::Task<directory::StampResult> check_stamp(const std::string& stamp) override;

 private:
    template <class Result>
    using Question = std::function<net::Task<Result>(Server&)>;

    template <class Result>
    net::Task<Result> ask(Question<Result> question, std::chrono::milliseconds patience);

    // One question, at one server.
    net::Task<identity::AuthResult> prove(Server& server, const identity::Credentials& credentials);
    net::Task<identity::AuthResult> bind_found(Server& server,
                                               const identity::Credentials& credentials);
    net::Task<BindVerdict> bind(Server& server, const std::string& dn,
                                const identity::Credentials& credentials);
    net::Task<identity::AuthResult> bind_made(Server& server,
                                              const identity::Credentials& credentials);
    net::Task<identity::AuthResult> compare(Server& server,
                                            const identity::Credentials& credentials);
    net::Task<directory::StampResult> compare_stamp(Server& server, const std::string& stamp);
    std::string stamp_of(const Entry& entry) const;
    std::string account_of(const Entry& entry) const;
    net::Task<identity::LookupResult> principal_of(Server& server, Entry entry);
    net::Task<identity::LookupResult> look_up(Server& server, const identity::Login& login);
    using Opened = std::variant<identity::Unavailable, std::shared_ptr<AccountLister>>;
    net::Task<Opened> open_listing(Server& server);

    std::shared_ptr<const Settings> settings_;
    observe::Log& log_;
    std::string name_;
    directory::PasswordCheck hashes_;
    std::shared_ptr<Servers> servers_;
    std::shared_ptr<AccountLister> lister_;  // between two pages
};

}  // namespace postern::ldap
