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
#include "ldap/stamp.hpp"
#include "net/within.hpp"

namespace postern::ldap {

using directory::ListResult;
using directory::Stamp;
using directory::StampResult;
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

crypto::HashLimits limits_of(const directory::BackendContext& context, const Settings& settings) {
    auto limits = context.hash_limits;
    limits.allow_weak = settings.allow_weak_schemes;
    return limits;
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
    capabilities.stamps_accounts = true;
    return capabilities;
}

net::Task<AuthResult> LdapDirectory::authenticate(const Credentials& credentials) {
    // An empty password would be an anonymous bind, which succeeds (RFC 4513 5.1.2).
    if (credentials.password.empty()) co_return Rejected{Reason::bad_credentials, ""};
    co_return co_await ask<AuthResult>([&](Server& server) { return prove(server, credentials); },
                                       settings_->timeout);
}

net::Task<LookupResult> LdapDirectory::lookup(const Login& login) {
    return ask<LookupResult>([this, &login](Server& server) { return look_up(server, login); },
                             settings_->timeout);
}

// What fails takes its lister along.
net::Task<ListResult> LdapDirectory::accounts(const directory::PageWanted& wanted) {
    auto lister = std::exchange(lister_, nullptr);
    if (wanted.cursor.empty()) {
        auto opened = co_await ask<Opened>([this](Server& server) { return open_listing(server); },
                                           settings_->timeout);
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

net::Task<StampResult> LdapDirectory::check_stamp(const std::string& stamp) {
    return ask<StampResult>([this, &stamp](Server& server) { return compare_stamp(server, stamp); },
                            settings_->timeout / directory::stamp_share);
}

// --- one question, several servers

template <class Result>
net::Task<Result> LdapDirectory::ask(Question<Result> question,
                                     std::chrono::milliseconds patience) {
    const auto deadline = net::Clock::now() + patience;
    const auto ask_it = [&](const std::shared_ptr<Server>& server) { return question(*server); };
    Result nobody = Unavailable{Scope::directory, "no server is up"};
    auto servers = co_await servers_->candidates();
    co_return co_await directory::ask_in_turn(std::move(servers), deadline, std::move(nobody),
                                              ask_it, failure_of);
}

// --- one question, one server

// As far as it can be told, for the log.
std::string LdapDirectory::account_of(const Entry& entry) const {
    const auto reading = read_principal(entry, settings_->attributes, settings_->group_names);
    return reading ? reading->principal.name : entry.dn;
}

std::string LdapDirectory::stamp_of(const Entry& entry) const {
    return settings_->is_stamped ? ldap::stamp_of(entry, settings_->attributes.changed) : "";
}

// What is hidden from us, or tells nothing, is not the same.
net::Task<StampResult> LdapDirectory::compare_stamp(Server& server, const std::string& stamp) {
    if (stamp.empty()) co_return Stamp::differs;
    EntryFinder finder(server, *settings_, name_, log_);
    const auto now = co_await finder.stamp_of(dn_of_stamp(stamp));
    if (const auto* unavailable = std::get_if<Unavailable>(&now)) co_return *unavailable;
    co_return std::get<std::string>(now) == stamp ? Stamp::same : Stamp::differs;
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

}  // namespace postern::ldap
