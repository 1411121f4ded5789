#include "postgresql/principal_finder.hpp"

#include <fmt/format.h>

#include <ranges>
#include <utility>

#include "net/within.hpp"
#include "observe/events.hpp"
#include "postgresql/login_values.hpp"

namespace postern::postgresql {

namespace events = observe::events;
using directory::Adopted;
using directory::AdoptResult;
using directory::ListedAccount;
using directory::ListResult;
using directory::Newcomer;
using identity::Login;
using identity::LookupResult;
using identity::Scope;
using identity::Unavailable;

namespace {

// Accounts of a page whose queries are under way at the same time.
constexpr std::size_t completed_at_once = 16;

// A row without a name has no place to go on from; the last one is on a page without rows.
std::string cursor_behind(const std::vector<ListedRow>& rows) {
    for (const auto& row : std::views::reverse(rows))
        if (!row.name.empty()) return row.name;
    return "";
}

}  // namespace

// By query.login.
net::Task<PrincipalFinder::Found<Values>> PrincipalFinder::translate(const Values& values) {
    const auto& query = *settings_.queries.login;
    std::vector<Call> calls{{"login", &query, query.parameters(values)}};
    const auto answer = co_await answered(std::move(calls));
    if (const auto* unavailable = std::get_if<Unavailable>(&answer)) co_return *unavailable;
    const auto login = read_login(std::get<std::vector<Rows>>(answer).front());
    if (!login) co_return misread("login", login.error(), "");
    if (!*login) co_return std::optional<Values>();
    co_return std::optional(values_of(**login));
}

net::Task<PrincipalFinder::Found<Account>> PrincipalFinder::account_of(const Login& login,
                                                                       bool with_secrets) {
    auto values = values_of(login);
    if (settings_.queries.login) {
        auto translated = co_await translate(values);
        if (const auto* unavailable = std::get_if<Unavailable>(&translated)) co_return *unavailable;
        auto& found = std::get<std::optional<Values>>(translated);
        if (!found) co_return std::optional<Account>();
        values = *std::move(found);
    }
    const auto& queries = settings_.queries;
    const bool by_lookup = !with_secrets && queries.lookup;
    const std::string_view key = by_lookup ? "lookup" : "authenticate";
    const auto& query = by_lookup ? *queries.lookup : *queries.authenticate;
    std::vector<Call> calls{{key, &query, query.parameters(values)}};
    auto answer = co_await answered(std::move(calls));
    if (const auto* unavailable = std::get_if<Unavailable>(&answer)) co_return *unavailable;
    auto& rows = std::get<std::vector<Rows>>(answer).front();
    auto account = read_account(rows, !by_lookup);
    if (!account) co_return misread(key, account.error(), "");
    co_return *std::move(account);
}

net::Task<LookupResult> PrincipalFinder::principal_of(std::string name) {
    const auto& queries = settings_.queries;
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
    const auto answer = co_await answered(calls);
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
net::Task<AdoptResult> PrincipalFinder::take_in(const Newcomer& newcomer) {
    const auto& query = *settings_.queries.adopt;
    Values values{{"name", newcomer.principal.name},
                  {"secret", newcomer.secret},
                  {"addresses", array_of(newcomer.principal.addresses)},
                  {"groups", array_of(newcomer.principal.groups)}};
    std::vector<Call> calls{{"adopt", &query, query.parameters(values)}};
    const auto answer = co_await answered(std::move(calls), true);
    if (const auto* unavailable = std::get_if<Unavailable>(&answer)) co_return *unavailable;
    const auto adopted = read_adopted(std::get<std::vector<Rows>>(answer).front());
    if (!adopted) co_return misread("adopt", adopted.error(), newcomer.principal.name);
    co_return *adopted ? Adopted::taken_in : Adopted::known_already;
}

// --- all accounts

net::Task<ListResult> PrincipalFinder::list(const directory::PageWanted& wanted) {
    const auto& query = *settings_.queries.list;
    const Values values{{"after", wanted.cursor}, {"limit", std::to_string(wanted.most)}};
    std::vector<Call> calls{{"list", &query, query.parameters(values), false}};
    auto answer = co_await answered(std::move(calls));
    if (const auto* unavailable = std::get_if<Unavailable>(&answer)) co_return *unavailable;
    auto rows = read_list(std::get<std::vector<Rows>>(answer).front());
    if (!rows) co_return misread("list", rows.error(), "");
    directory::AccountPage page;
    page.cursor = cursor_behind(*rows);
    if (!page.cursor.empty() && page.cursor == wanted.cursor)
        co_return Unavailable{Scope::directory, "query.list gives the same rows behind :after"};
    page.accounts.resize(rows->size());
    std::optional<Unavailable> failure;
    co_await net::for_each(rows->size(), completed_at_once, [&](std::size_t i) -> net::Task<> {
        if (failure) co_return;
        if (auto each = co_await complete(std::move((*rows)[i]), page.accounts[i]))
            failure = std::move(each);
    });
    if (failure) co_return *std::move(failure);
    co_return page;
}

// Unavailable: it is not about this account alone.
net::Task<std::optional<Unavailable>> PrincipalFinder::complete(ListedRow row,
                                                                ListedAccount& account) {
    account.entry = row.name;
    account.closed = row.closed;
    account.mistake = std::move(row.mistake);
    if (!row.secret.empty()) account.secrets.push_back(std::move(row.secret));
    if (!account.mistake.empty()) co_return std::nullopt;
    auto found = co_await principal_of(std::move(row.name));
    if (auto* principal = std::get_if<identity::Principal>(&found))
        account.principal = std::move(*principal);
    else if (auto& failure = std::get<Unavailable>(found); failure.scope == Scope::directory)
        co_return std::move(failure);
    else
        account.mistake = std::move(failure.why);
    co_return std::nullopt;
}

// --- what an answer is worth

net::Task<PrincipalFinder::Answered> PrincipalFinder::answered(std::vector<Call> calls,
                                                               bool writes) {
    const auto keys = calls.front().key;
    const auto expected = calls.size();
    auto answer = co_await server_->ask(std::move(calls), writes);
    if (auto* error = std::get_if<ServerError>(&answer)) {
        const auto trouble = judge_sqlstate(error->sqlstate);
        if (trouble.is_settings)
            log_.write(
                events::directory_query_refused,
                {{"directory", directory_}, {"server", server_->text()}, {"why", error->text()}});
        co_return Unavailable{trouble.scope, fmt::format("query.{}: {}", keys, error->text())};
    }
    auto& rows = std::get<std::vector<Rows>>(answer);
    if (rows.size() != expected)
        co_return Unavailable{Scope::directory, "fewer answers than questions"};
    co_return std::move(rows);
}

Unavailable PrincipalFinder::misread(std::string_view key, const Misread& misread,
                                     std::string_view account) {
    const auto why = fmt::format("query.{}: {}", key, misread.why);
    if (misread.is_ambiguous)
        log_.write(events::directory_ambiguous, {{"directory", directory_}, {"why", why}});
    else
        tell_odd_entry(account, why);
    return {Scope::question, why};
}

void PrincipalFinder::tell_odd_entry(std::string_view account, std::string_view why) {
    log_.write(events::directory_odd_entry,
               {{"directory", directory_}, {"account", account}, {"why", why}});
}

}  // namespace postern::postgresql
