#include "postgresql/postgresql_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "directory/failover.hpp"
#include "postgresql/change_listener.hpp"
#include "postgresql/examiner.hpp"
#include "postgresql/principal_finder.hpp"

namespace postern::postgresql {

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
    try {
        std::rethrow_exception(thrown);
    } catch (const QueryRefused& error) {
        return {error.what(), directory::Failure::Blame::the_server};
    } catch (...) {
        return directory::failure_of(std::current_exception());
    }
}

}  // namespace

PostgresqlDirectory::PostgresqlDirectory(const directory::BackendContext& context,
                                         Settings settings)
    : settings_(std::make_shared<const Settings>(std::move(settings))),
      log_(context.log),
      name_(context.name),
      passwords_(context, settings_->hash_limits),
      upkeep_(std::make_shared<Upkeep>(settings_, context.hash_pool, name_, log_,
                                       context.io.get_executor())) {
    for (const auto& host : settings_->connection.hosts) {
        servers_.push_back(
            std::make_shared<Server>(settings_, host, name_, log_, context.io.get_executor()));
    }
}

PostgresqlDirectory::~PostgresqlDirectory() {
    for (const auto& server : servers_)
        server->close();
}

directory::Capabilities PostgresqlDirectory::capabilities() const {
    directory::Capabilities capabilities;
    capabilities.lists_addresses = settings_->queries.emails.has_value();
    capabilities.several_secrets = true;
    capabilities.lists_accounts = settings_->queries.list.has_value();
    capabilities.takes_in = settings_->queries.adopt.has_value();
    capabilities.tells_changes = true;
    return capabilities;
}

net::Task<AuthResult> PostgresqlDirectory::authenticate(const Credentials& credentials) {
    if (credentials.password.empty()) co_return Rejected{Reason::bad_credentials, ""};
    co_return co_await ask<AuthResult>(
        [&](ServerPtr server) { return prove(std::move(server), credentials); },
        settings_->timeout);
}

net::Task<LookupResult> PostgresqlDirectory::lookup(const Login& login) {
    co_return co_await ask<LookupResult>(
        [&](ServerPtr server) { return look_up(std::move(server), login); }, settings_->timeout);
}

net::Task<directory::Findings> PostgresqlDirectory::examine() {
    directory::Findings all;
    for (const auto& server : servers_) {
        Examiner examiner(*server, *settings_);
        auto findings = co_await examiner.examine();
        std::ranges::move(findings, std::back_inserter(all));
    }
    if (settings_->watches) all.push_back(co_await ChangeListener(servers_, settings_).examine());
    co_return all;
}

net::Task<directory::AdoptResult> PostgresqlDirectory::adopt(const directory::Newcomer& newcomer) {
    co_return co_await ask<directory::AdoptResult>(
        [&](ServerPtr server) { return take_in(std::move(server), newcomer); }, settings_->timeout);
}

net::Task<directory::ListResult> PostgresqlDirectory::accounts(
    const directory::PageWanted& wanted) {
    co_return co_await ask<directory::ListResult>(
        [&](ServerPtr server) { return list(std::move(server), wanted); },
        directory::listed_within);
}

void PostgresqlDirectory::begin() {
    if (std::exchange(begun_, true)) return;
    for (const auto& server : servers_)
        server->start();
}

// All of them are tried at the same time.
net::Task<directory::Findings> PostgresqlDirectory::start(net::Deadline deadline) {
    begin();
    directory::Findings faults;
    for (const auto& server : servers_) {
        const auto objections = co_await server->objections(deadline);
        for (const auto& [key, why] : objections)
            faults.push_back({directory::Finding::Kind::fault,
                              fmt::format("{}: {}", server->text(), why),
                              fmt::format("query.{}", key)});
    }
    co_return faults;
}

net::Task<> PostgresqlDirectory::watch(directory::Changes& changes) {
    begin();
    ChangeListener listener(servers_, settings_);
    co_await listener.listen(changes);
}

// --- one question, several servers

std::vector<PostgresqlDirectory::ServerPtr> PostgresqlDirectory::candidates() const {
    const bool prefers = settings_->connection.target_session_attributes == "prefer-standby";
    std::vector<ServerPtr> first, others;
    for (const auto& server : servers_)
        if (server->is_up()) (prefers && server->is_standby() ? first : others).push_back(server);
    std::ranges::copy(others, std::back_inserter(first));
    return first;
}

std::string PostgresqlDirectory::why_nobody() const {
    std::string why = "no server is up";
    for (const auto& server : servers_)
        why += fmt::format("; {}: {}", server->text(), server->why_down());
    return why;
}

template <class Result>
net::Task<Result> PostgresqlDirectory::ask(Question<Result> question,
                                           std::chrono::milliseconds patience) {
    begin();
    const auto deadline = net::Clock::now() + patience;
    auto servers = candidates();
    Result nobody = Unavailable{Scope::directory, servers.empty() ? why_nobody() : "no time left"};
    co_return co_await directory::ask_in_turn(std::move(servers), deadline, std::move(nobody),
                                              std::move(question), failure_of);
}

// --- one question, one server

net::Task<AuthResult> PostgresqlDirectory::prove(ServerPtr server, const Credentials& credentials) {
    PrincipalFinder finder(server, *settings_, name_, log_);
    const auto found = co_await finder.account_of(credentials.login, true);
    if (const auto* unavailable = std::get_if<Unavailable>(&found)) co_return *unavailable;
    const auto& account = std::get<std::optional<Account>>(found);
    std::vector<const StoredSecret*> secrets;
    if (account) secrets = secrets_for(*account, credentials.password.reveal());
    std::vector<crypto::Secret> stored;
    for (const auto* each : secrets)
        stored.push_back(each->hash.copy());
    // Who is nobody costs a hash all the same.
    const auto checked =
        co_await passwords_.check(account ? account->name : "", std::move(stored), credentials);
    if (const auto* unavailable = std::get_if<Unavailable>(&checked)) co_return *unavailable;
    if (!account) co_return Rejected{Reason::unknown_user, ""};
    const auto* fits = std::get_if<directory::PasswordCheck::Proved>(&checked);
    if (fits == nullptr) co_return Rejected{Reason::bad_credentials, account->name};
    const auto& proved = *secrets[fits->which];
    if (proved.closed) co_return Rejected{*proved.closed, account->name};
    auto principal = co_await finder.principal_of(account->name);
    if (std::holds_alternative<identity::Principal>(principal)) {
        upkeep_->touch(server, proved.id);
        if (proved.id.empty() && fits->is_outdated)
            upkeep_->rehash(server, account->name, proved.hash, credentials.password);
    }
    co_return accepted(std::move(principal), "", account->secrets.size() == 1);
}

net::Task<LookupResult> PostgresqlDirectory::look_up(ServerPtr server, const Login& login) {
    PrincipalFinder finder(std::move(server), *settings_, name_, log_);
    const auto found = co_await finder.account_of(login, false);
    if (const auto* unavailable = std::get_if<Unavailable>(&found)) co_return *unavailable;
    const auto& account = std::get<std::optional<Account>>(found);
    if (!account) co_return Rejected{Reason::unknown_user, ""};
    if (account->closed) co_return Rejected{*account->closed, account->name};
    co_return co_await finder.principal_of(account->name);
}

net::Task<directory::AdoptResult> PostgresqlDirectory::take_in(
    ServerPtr server, const directory::Newcomer& newcomer) {
    PrincipalFinder finder(std::move(server), *settings_, name_, log_);
    co_return co_await finder.take_in(newcomer);
}

net::Task<directory::ListResult> PostgresqlDirectory::list(ServerPtr server,
                                                           const directory::PageWanted& wanted) {
    PrincipalFinder finder(std::move(server), *settings_, name_, log_);
    co_return co_await finder.list(wanted);
}

}  // namespace postern::postgresql
