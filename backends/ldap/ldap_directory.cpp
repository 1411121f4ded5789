#include "ldap/ldap_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <utility>

#include "directory/failover.hpp"
#include "ldap/examiner.hpp"
#include "ldap/follower.hpp"
#include "ldap/login_forms.hpp"
#include "ldap/verdict.hpp"
#include "net/within.hpp"

namespace postern::ldap {

using directory::ListResult;
using identity::AuthResult;
using identity::Credentials;
using identity::Login;
using identity::LookupResult;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;

namespace {

directory::Failure failure_of(const std::exception_ptr& thrown) {
    using Blame = directory::Failure::Blame;
    try {
        std::rethrow_exception(thrown);
    } catch (const std::invalid_argument& error) {  // of the codec
        return {error.what(), Blame::the_question};
    } catch (const Refused& error) {
        return {error.what(), Blame::the_server};
    } catch (const net::TlsError& error) {
        return {error.what(), Blame::the_server};
    } catch (...) {
        return directory::failure_of(std::current_exception());
    }
}

std::vector<std::string> values_of(const Entry& entry, const std::vector<std::string>& attributes) {
    std::vector<std::string> all;
    for (const auto& attribute : attributes)
        std::ranges::move(entry.values(attribute), std::back_inserter(all));
    return all;
}

crypto::HashLimits limits_of(const directory::BackendContext& context, const Settings& settings) {
    auto limits = context.hash_limits;
    limits.allow_weak = settings.allow_weak_schemes;
    return limits;
}

// What is no entry is an answer already.
template <class Result>
Result answer_of(EntryFinder::Found found) {
    if (auto* rejected = std::get_if<Rejected>(&found)) return std::move(*rejected);
    return std::get<Unavailable>(std::move(found));
}

}  // namespace

LdapDirectory::LdapDirectory(const directory::BackendContext& context, Settings settings)
    : settings_(std::make_shared<const Settings>(std::move(settings))),
      log_(context.log),
      name_(context.name),
      hashes_(context, limits_of(context, *settings_)),
      servers_(std::make_shared<Servers>(settings_, name_, log_, context.io.get_executor())) {
    servers_->start();
}

LdapDirectory::~LdapDirectory() {
    servers_->close();
}

directory::Capabilities LdapDirectory::capabilities() const {
    directory::Capabilities capabilities;
    capabilities.lists_addresses =
        !settings_->attributes.email.empty() || !settings_->attributes.email_alias.empty();
    capabilities.several_secrets = settings_->method == Method::hash;
    capabilities.groups_are_dns = settings_->group_names == GroupNames::dn;
    capabilities.lists_accounts = settings_->filter_list.has_value();
    capabilities.tells_changes = true;  // as far as the server does
    return capabilities;
}

net::Task<AuthResult> LdapDirectory::authenticate(const Credentials& credentials) {
    // An empty password would be an anonymous bind, which succeeds (RFC 4513 5.1.2).
    if (credentials.password.empty()) co_return Rejected{Reason::bad_credentials, ""};
    co_return co_await ask<AuthResult>([&](Server& server) { return prove(server, credentials); });
}

net::Task<LookupResult> LdapDirectory::lookup(const Login& login) {
    return ask<LookupResult>([this, &login](Server& server) { return look_up(server, login); });
}

// What fails takes its lister along.
net::Task<ListResult> LdapDirectory::accounts(const directory::PageWanted& wanted) {
    auto lister = std::exchange(lister_, nullptr);
    if (wanted.cursor.empty()) {
        auto opened = co_await ask<Opened>([this](Server& server) { return open_listing(server); });
        if (auto* failure = std::get_if<Unavailable>(&opened)) co_return std::move(*failure);
        lister = std::get<std::shared_ptr<AccountLister>>(std::move(opened));
    }
    if (!lister || lister->cursor() != wanted.cursor)
        co_return Unavailable{Scope::question, "this listing is no more, and has to begin again"};
    const auto page = [&](const std::shared_ptr<Server>&) { return lister->next(wanted.most); };
    const auto deadline = net::Clock::now() + directory::listed_within;
    std::vector one_server{lister->server()};
    auto result = co_await directory::ask_in_turn<ListResult>(std::move(one_server), deadline, {},
                                                              page, failure_of);
    if (!lister->cursor().empty() && std::holds_alternative<directory::AccountPage>(result))
        lister_ = std::move(lister);
    co_return result;
}

net::Task<LdapDirectory::Opened> LdapDirectory::open_listing(Server& server) {
    auto connection = co_await server.connect_as_service();
    co_return std::make_shared<AccountLister>(server.shared_from_this(), std::move(connection),
                                              settings_, name_, log_);
}

net::Task<directory::Findings> LdapDirectory::examine() {
    directory::Findings all;
    for (const auto& server : co_await servers_->all()) {
        Examiner examiner(*server, *settings_);
        auto findings = co_await examiner.examine();
        std::ranges::move(findings, std::back_inserter(all));
    }
    co_return all;
}

// At the first server that tells any; when it is lost, at the next one.
net::Task<> LdapDirectory::watch(directory::Changes& changes) {
    std::string why;
    for (const auto& server : co_await servers_->candidates()) {
        std::exception_ptr lost;
        try {
            Follower follower(co_await net::within(net::Clock::now() + settings_->timeout,
                                                   server->connect_as_service()),
                              settings_);
            co_await follower.follow(changes);
        } catch (const std::exception&) {
            lost = std::current_exception();
        }
        if (co_await net::is_cancelled())
            throw boost::system::system_error(net::asio::error::operation_aborted);
        why +=
            fmt::format("{}{}: {}", why.empty() ? "" : "; ", server->text(), failure_of(lost).why);
    }
    throw std::runtime_error(why.empty() ? "no server is up" : why);
}

// --- one question, several servers

template <class Result>
net::Task<Result> LdapDirectory::ask(Question<Result> question) {
    const auto deadline = net::Clock::now() + settings_->timeout;
    const auto ask_it = [&](const std::shared_ptr<Server>& server) { return question(*server); };
    Result nobody = Unavailable{Scope::directory, "no server is up"};
    auto servers = co_await servers_->candidates();
    co_return co_await directory::ask_in_turn(std::move(servers), deadline, std::move(nobody),
                                              ask_it, failure_of);
}

// --- one question, one server

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

// As far as it can be told, for the log.
std::string LdapDirectory::account_of(const Entry& entry) const {
    const auto reading = read_principal(entry, settings_->attributes, settings_->group_names);
    return reading ? reading->principal.name : entry.dn;
}

net::Task<LookupResult> LdapDirectory::principal_of(Server& server, Entry entry) {
    PrincipalFinder finder(server, *settings_, name_, log_);
    co_return co_await finder.principal_of(std::move(entry));
}

net::Task<LookupResult> LdapDirectory::look_up(Server& server, const Login& login) {
    EntryFinder finder(server, *settings_, name_, log_);
    auto found = co_await finder.by_login(login);
    if (auto* entry = std::get_if<Entry>(&found))
        co_return co_await principal_of(server, std::move(*entry));
    co_return answer_of<LookupResult>(std::move(found));
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
        if (std::holds_alternative<Proved>(verdict))
            co_return accepted(co_await principal_of(server, std::move(*entry)));
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
    {
        auto lease = co_await server.lease();
        const auto verdict = judge_bind(co_await lease.bind(*name, credentials.password));
        if (const auto* unavailable = std::get_if<Unavailable>(&verdict)) co_return *unavailable;
        if (const auto* reason = std::get_if<Reason>(&verdict)) co_return Rejected{*reason, ""};
        found = co_await finder.bound_entry(lease, *name);
        // An entry that was searched for may be somebody else's: it is this password that tells.
        if (const auto* entry = std::get_if<Entry>(&found);
            entry != nullptr && !settings_->bind_template->is_dn()) {
            const auto same = judge_bind(co_await lease.bind(entry->dn, credentials.password));
            if (!std::holds_alternative<Proved>(same))
                co_return Unavailable{Scope::question, "another entry than the one that was bound"};
        }
    }
    if (auto* entry = std::get_if<Entry>(&found))
        co_return accepted(co_await principal_of(server, std::move(*entry)));
    co_return answer_of<AuthResult>(std::move(found));
}

net::Task<AuthResult> LdapDirectory::compare(Server& server, const Credentials& credentials) {
    EntryFinder finder(server, *settings_, name_, log_);
    auto found = co_await finder.by_login(credentials.login);
    if (std::holds_alternative<Unavailable>(found))
        co_return answer_of<AuthResult>(std::move(found));
    const auto* entry = std::get_if<Entry>(&found);
    const auto secrets = entry != nullptr ? values_of(*entry, settings_->attributes.secret)
                                          : std::vector<std::string>();
    const auto account = entry != nullptr ? account_of(*entry) : std::string();
    const auto checked = co_await hashes_.check(account, secrets, credentials);
    if (const auto* unavailable = std::get_if<Unavailable>(&checked)) co_return *unavailable;
    if (entry == nullptr) co_return answer_of<AuthResult>(std::move(found));
    if (const auto* reason = std::get_if<Reason>(&checked)) co_return Rejected{*reason, account};
    co_return accepted(co_await principal_of(server, *entry), secrets.size() == 1);
}

}  // namespace postern::ldap
