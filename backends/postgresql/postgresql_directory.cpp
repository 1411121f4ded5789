#include "postgresql/postgresql_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "directory/failover.hpp"
#include "observe/events.hpp"
#include "postgresql/examiner.hpp"
#include "postgresql/login_values.hpp"

namespace postern::postgresql {

namespace events = observe::events;
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
    capabilities.takes_in = settings_->queries.adopt.has_value();
    return capabilities;
}

net::Task<AuthResult> PostgresqlDirectory::authenticate(const Credentials& credentials) {
    if (credentials.password.empty()) co_return Rejected{Reason::bad_credentials, ""};
    co_return co_await ask<AuthResult>(
        [&](ServerPtr server) { return prove(std::move(server), credentials); });
}

net::Task<LookupResult> PostgresqlDirectory::lookup(const Login& login) {
    co_return co_await ask<LookupResult>(
        [&](ServerPtr server) { return look_up(std::move(server), login); });
}

net::Task<directory::Findings> PostgresqlDirectory::examine() {
    directory::Findings all;
    for (const auto& server : servers_) {
        Examiner examiner(*server, *settings_);
        auto findings = co_await examiner.examine();
        std::ranges::move(findings, std::back_inserter(all));
    }
    co_return all;
}

net::Task<directory::AdoptResult> PostgresqlDirectory::adopt(const directory::Newcomer& newcomer) {
    co_return co_await ask<directory::AdoptResult>(
        [&](ServerPtr server) { return take_in(std::move(server), newcomer); });
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
net::Task<Result> PostgresqlDirectory::ask(Question<Result> question) {
    begin();
    const auto deadline = net::Clock::now() + settings_->timeout;
    auto servers = candidates();
    Result nobody = Unavailable{Scope::directory, servers.empty() ? why_nobody() : "no time left"};
    co_return co_await directory::ask_in_turn(std::move(servers), deadline, std::move(nobody),
                                              std::move(question), failure_of);
}

// --- one question, one server

net::Task<AuthResult> PostgresqlDirectory::prove(ServerPtr server, const Credentials& credentials) {
    const auto found = co_await account_of(server, credentials.login, true);
    if (const auto* unavailable = std::get_if<Unavailable>(&found)) co_return *unavailable;
    const auto& account = std::get<std::optional<Account>>(found);
    std::vector<const StoredSecret*> secrets;
    if (account) secrets = secrets_for(*account, credentials.password.reveal());
    std::vector<std::string> stored;
    for (const auto* each : secrets)
        stored.emplace_back(each->hash.reveal());
    // Who is nobody costs a hash all the same.
    const auto checked =
        co_await passwords_.check(account ? account->name : "", std::move(stored), credentials);
    if (const auto* unavailable = std::get_if<Unavailable>(&checked)) co_return *unavailable;
    if (!account) co_return Rejected{Reason::unknown_user, ""};
    const auto* fits = std::get_if<directory::PasswordCheck::Proved>(&checked);
    if (fits == nullptr) co_return Rejected{Reason::bad_credentials, account->name};
    const auto& proved = *secrets[fits->which];
    if (proved.closed) co_return Rejected{*proved.closed, account->name};
    auto principal = co_await principal_of(server, account->name);
    if (std::holds_alternative<identity::Principal>(principal)) {
        upkeep_->touch(server, proved.id);
        if (proved.id.empty() && fits->is_outdated)
            upkeep_->rehash(server, account->name, proved.hash, credentials.password);
    }
    co_return accepted(std::move(principal));
}

net::Task<LookupResult> PostgresqlDirectory::look_up(ServerPtr server, const Login& login) {
    const auto found = co_await account_of(server, login, false);
    if (const auto* unavailable = std::get_if<Unavailable>(&found)) co_return *unavailable;
    const auto& account = std::get<std::optional<Account>>(found);
    if (!account) co_return Rejected{Reason::unknown_user, ""};
    if (account->closed) co_return Rejected{*account->closed, account->name};
    co_return co_await principal_of(server, account->name);
}

// By query.login.
net::Task<PostgresqlDirectory::Found<Values>> PostgresqlDirectory::translate(ServerPtr server,
                                                                             const Values& values) {
    const auto& query = *settings_->queries.login;
    std::vector<Call> calls{{"login", &query, query.parameters(values)}};
    const auto answer = co_await answered(std::move(server), std::move(calls));
    if (const auto* unavailable = std::get_if<Unavailable>(&answer)) co_return *unavailable;
    const auto login = read_login(std::get<std::vector<Rows>>(answer).front());
    if (!login) co_return misread("login", login.error(), "");
    if (!*login) co_return std::optional<Values>();
    co_return std::optional(values_of(**login));
}

net::Task<PostgresqlDirectory::Found<Account>> PostgresqlDirectory::account_of(ServerPtr server,
                                                                               const Login& login,
                                                                               bool with_secrets) {
    auto values = values_of(login);
    if (settings_->queries.login) {
        auto translated = co_await translate(server, values);
        if (const auto* unavailable = std::get_if<Unavailable>(&translated)) co_return *unavailable;
        auto& found = std::get<std::optional<Values>>(translated);
        if (!found) co_return std::optional<Account>();
        values = *std::move(found);
    }
    const auto& queries = settings_->queries;
    const bool by_lookup = !with_secrets && queries.lookup;
    const std::string_view key = by_lookup ? "lookup" : "authenticate";
    const auto& query = by_lookup ? *queries.lookup : *queries.authenticate;
    std::vector<Call> calls{{key, &query, query.parameters(values)}};
    auto answer = co_await answered(std::move(server), std::move(calls));
    if (const auto* unavailable = std::get_if<Unavailable>(&answer)) co_return *unavailable;
    auto& rows = std::get<std::vector<Rows>>(answer).front();
    auto account = read_account(rows, !by_lookup);
    if (!account) co_return misread(key, account.error(), "");
    co_return *std::move(account);
}

net::Task<LookupResult> PostgresqlDirectory::principal_of(ServerPtr server, std::string name) {
    const auto& queries = settings_->queries;
    const Values values{{"name", name}};
    std::vector<Call> calls;
    const auto add = [&](std::string_view key, const std::optional<QueryTemplate>& query) {
        if (query) calls.push_back({key, &*query, query->parameters(values)});
    };
    add("emails", queries.emails);
    add("groups", queries.groups);
    add("on-behalf-of", queries.on_behalf_of);
    identity::Principal principal;
    principal.name = name;
    if (calls.empty()) co_return principal;
    const auto answer = co_await answered(std::move(server), calls);
    if (const auto* unavailable = std::get_if<Unavailable>(&answer)) co_return *unavailable;
    const auto& all = std::get<std::vector<Rows>>(answer);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const bool groups = calls[i].key == "groups", own = calls[i].key == "emails";
        auto values_read = groups ? read_groups(all[i]) : read_addresses(all[i], own);
        if (!values_read) co_return misread(calls[i].key, values_read.error(), name);
        auto& place = groups ? principal.groups
                      : own  ? principal.addresses
                             : principal.on_behalf_of;
        place = *std::move(values_read);
    }
    co_return principal;
}

// A connection that breaks while this is under way leaves it open whether it was done: the next
// login finds out.
net::Task<directory::AdoptResult> PostgresqlDirectory::take_in(
    ServerPtr server, const directory::Newcomer& newcomer) {
    const auto& query = *settings_->queries.adopt;
    Values values{{"name", newcomer.principal.name},
                  {"secret", newcomer.secret},
                  {"addresses", array_of(newcomer.principal.addresses)},
                  {"groups", array_of(newcomer.principal.groups)}};
    std::vector<Call> calls{{"adopt", &query, query.parameters(values)}};
    const auto answer = co_await answered(std::move(server), std::move(calls), true);
    if (const auto* unavailable = std::get_if<Unavailable>(&answer)) co_return *unavailable;
    const auto adopted = read_adopted(std::get<std::vector<Rows>>(answer).front());
    if (!adopted) co_return misread("adopt", adopted.error(), newcomer.principal.name);
    co_return *adopted ? directory::Adopted::taken_in : directory::Adopted::known_already;
}

// --- what an answer is worth

net::Task<PostgresqlDirectory::Answered> PostgresqlDirectory::answered(ServerPtr server,
                                                                       std::vector<Call> calls,
                                                                       bool writes) {
    const auto keys = calls.front().key;
    const auto expected = calls.size();
    auto answer = co_await server->ask(std::move(calls), writes);
    if (auto* error = std::get_if<ServerError>(&answer)) {
        const auto trouble = judge_sqlstate(error->sqlstate);
        if (trouble.is_settings)
            log_.write(events::directory_query_refused,
                       {{"directory", name_}, {"server", server->text()}, {"why", error->text()}});
        co_return Unavailable{trouble.scope, fmt::format("query.{}: {}", keys, error->text())};
    }
    auto& rows = std::get<std::vector<Rows>>(answer);
    if (rows.size() != expected)
        co_return Unavailable{Scope::directory, "fewer answers than questions"};
    co_return std::move(rows);
}

Unavailable PostgresqlDirectory::misread(std::string_view key, const Misread& misread,
                                         std::string_view account) {
    const auto why = fmt::format("query.{}: {}", key, misread.why);
    if (misread.is_ambiguous)
        log_.write(events::directory_ambiguous, {{"directory", name_}, {"why", why}});
    else
        tell_odd_entry(account, why);
    return {Scope::question, why};
}

void PostgresqlDirectory::tell_odd_entry(std::string_view account, std::string_view why) {
    log_.write(events::directory_odd_entry,
               {{"directory", name_}, {"account", account}, {"why", why}});
}

}  // namespace postern::postgresql
