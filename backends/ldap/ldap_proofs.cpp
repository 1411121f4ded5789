#include <algorithm>
#include <utility>

#include "directory/failover.hpp"
#include "ldap/ldap_directory.hpp"
#include "ldap/login_forms.hpp"
#include "ldap/stamp.hpp"
#include "ldap/verdict.hpp"

// Whether a password is right, in each of the ways to find out; at one server.
namespace postern::ldap {

using identity::AuthResult;
using identity::Credentials;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;

namespace {

std::vector<crypto::Secret> secrets_of(const Entry& entry,
                                       const std::vector<std::string>& attributes) {
    std::vector<crypto::Secret> all;
    for (const auto& attribute : attributes)
        for (auto& value : entry.values(attribute))
            all.push_back(crypto::Secret::take(value));
    return all;
}

}  // namespace

net::Task<AuthResult> LdapDirectory::prove(Server& server, const Credentials& credentials) {
    switch (settings_->method) {
        case Method::lookup:
            return bind_found(server, credentials);
        case Method::by_template:
            return bind_made(server, credentials);
        case Method::hash:
            break;
    }
    return compare(server, credentials);
}

net::Task<AuthResult> LdapDirectory::bind_found(Server& server, const Credentials& credentials) {
    EntryFinder finder(server, *settings_, name_, log_);
    for (bool again = true;; again = false) {
        auto found = co_await finder.by_login(credentials.login);
        auto* entry = std::get_if<Entry>(&found);
        if (entry == nullptr)
            co_return directory::not_counted(answer_of<AuthResult>(std::move(found)));
        if (entry->dn.empty())
            co_return Unavailable{
                .scope = Scope::question, .why = "an entry without a name", .may_count = false};
        const auto verdict = co_await bind(server, entry->dn, credentials);
        if (std::holds_alternative<Proved>(verdict)) {
            auto stamp = stamp_of(*entry);
            co_return accepted(co_await principal_of(server, std::move(*entry)), std::move(stamp));
        }
        if (const auto* unavailable = std::get_if<Unavailable>(&verdict)) co_return *unavailable;
        // Renamed since the search: its password was never checked. Some servers say that nobody is
        // called so, others that the password is wrong.
        const auto reason = std::get<Reason>(verdict);
        const bool nobody = reason == Reason::unknown_user;
        const bool may_be_gone = nobody || reason == Reason::bad_credentials;
        const bool gone = may_be_gone && co_await finder.has_gone(entry->dn);
        if (!gone && !nobody) co_return Rejected{reason, account_of(*entry)};
        if (!again || !gone)
            co_return Unavailable{Scope::question, "the entry moves while it is bound"};
    }
}

net::Task<BindVerdict> LdapDirectory::bind(Server& server, const std::string& dn,
                                           const Credentials& credentials) {
    auto lease = co_await server.lease();
    co_return judge_bind(co_await lease.bind(dn, credentials.password));
}

net::Task<AuthResult> LdapDirectory::bind_made(Server& server, const Credentials& credentials) {
    EntryFinder finder(server, *settings_, name_, log_);
    const auto form = form_of(credentials.login, settings_->netbios_domains);
    const auto name = form ? settings_->bind_template->fill(form->values) : std::nullopt;
    if (!name) co_return Rejected{Reason::unknown_user, ""};

    EntryFinder::Found found;
    EntryFinder::Stamped stamp = std::string();
    if (settings_->is_stamped && settings_->bind_template->is_dn())
        stamp = co_await finder.stamp_of(*name);
    {
        auto lease = co_await server.lease();
        const auto verdict = judge_bind(co_await lease.bind(*name, credentials.password));
        if (const auto* unavailable = std::get_if<Unavailable>(&verdict)) co_return *unavailable;
        if (const auto* reason = std::get_if<Reason>(&verdict)) co_return Rejected{*reason, ""};
        found = co_await finder.bound_entry(lease, *name);
        // An entry that was searched for may be somebody else's: it is this password that tells.
        if (const auto* entry = std::get_if<Entry>(&found);
            entry != nullptr && !settings_->bind_template->is_dn()) {
            if (settings_->is_stamped) stamp = co_await finder.stamp_of(entry->dn);
            const auto same = judge_bind(co_await lease.bind(entry->dn, credentials.password));
            if (!std::holds_alternative<Proved>(same))
                co_return Unavailable{Scope::question, "another entry than the one that was bound"};
        }
    }
    // A password may be right where nobody can say since when.
    auto* known = std::get_if<std::string>(&stamp);
    if (auto* entry = std::get_if<Entry>(&found))
        co_return accepted(co_await principal_of(server, std::move(*entry)),
                           known != nullptr ? std::move(*known) : "");
    co_return answer_of<AuthResult>(std::move(found));
}

net::Task<AuthResult> LdapDirectory::compare(Server& server, const Credentials& credentials) {
    EntryFinder finder(server, *settings_, name_, log_);
    auto found = co_await finder.by_login(credentials.login);
    if (std::holds_alternative<Unavailable>(found))
        co_return answer_of<AuthResult>(std::move(found));
    const auto* entry = std::get_if<Entry>(&found);
    auto secrets = entry != nullptr ? secrets_of(*entry, settings_->attributes.secret)
                                    : std::vector<crypto::Secret>();
    const bool is_only = secrets.size() == 1;
    const auto account = entry != nullptr ? account_of(*entry) : std::string();
    const auto checked = co_await hashes_.check(account, std::move(secrets), credentials);
    if (const auto* unavailable = std::get_if<Unavailable>(&checked)) co_return *unavailable;
    if (entry == nullptr) co_return answer_of<AuthResult>(std::move(found));
    if (const auto* reason = std::get_if<Reason>(&checked)) co_return Rejected{*reason, account};
    co_return accepted(co_await principal_of(server, *entry), stamp_of(*entry), is_only);
}

}  // namespace postern::ldap
