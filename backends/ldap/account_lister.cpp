#include "ldap/account_lister.hpp"

#include <fmt/format.h>

#include <utility>

#include "ldap/entry_finder.hpp"
#include "ldap/principal_finder.hpp"
#include "ldap/result_code.hpp"
#include "ldap/verdict.hpp"
#include "net/within.hpp"

namespace postern::ldap {

using directory::AccountPage;
using directory::ListedAccount;
using directory::ListResult;
using identity::Scope;
using identity::Unavailable;

namespace {

// Entries of a page that are completed by further searches at the same time.
constexpr std::size_t completed_at_once = 16;

Unavailable cut_short(std::size_t entries) {
    return {Scope::directory,
            fmt::format("the server gives {} entries and no more (sizeLimitExceeded): half a list "
                        "is none; let our account read all of them, in OpenLDAP with \"limits "
                        "dn.exact=... size.prtotal=unlimited\"",
                        entries)};
}

// OpenLDAP with size.prtotal=disabled, and others, to whom the control is not to be ignored.
bool refuses_pages(const Answer& answer) {
    return answer.code == result_code::admin_limit_exceeded ||
           answer.code == result_code::unavailable_critical_extension ||
           answer.code == result_code::unwilling_to_perform;
}

}  // namespace

AccountLister::AccountLister(std::shared_ptr<Server> server, std::unique_ptr<Connection> connection,
                             std::shared_ptr<const Settings> settings, const std::string& directory,
                             observe::Log& log)
    : server_(std::move(server)),
      connection_(std::move(connection)),
      settings_(std::move(settings)),
      directory_(directory),
      log_(log) {}

net::Task<ListResult> AccountLister::next(std::size_t most) {
    auto message = co_await search(most);
    if (pages_ == 0 && refuses_pages(message.answer)) {
        gives_pages_ = false;
        message = co_await search(most);
    }
    entries_ += message.entries.size();
    if (is_cut_short(message.answer)) co_return cut_short(entries_);
    if (auto failure = judge_search(message.answer)) co_return *std::move(failure);
    auto result = co_await accounts_of(std::move(message.entries));
    go_on(std::move(message.page_cookie));
    if (auto* page = std::get_if<AccountPage>(&result)) page->cursor = cursor_;
    co_return result;
}

net::Task<Message> AccountLister::search(std::size_t most) {
    const EntryFinder finder(*server_, *settings_, directory_, log_);
    auto search = finder.search_of(settings_->bases[base_], settings_->scope,
                                   settings_->filter_list.value_or(""));
    search.most_entries = 0;
    if (gives_pages_) search.page = Page{static_cast<int>(most), cookie_};
    co_return co_await connection_->search(search);
}

void AccountLister::go_on(std::string cookie) {
    cookie_ = std::move(cookie);
    if (cookie_.empty()) ++base_;
    cursor_ = base_ < settings_->bases.size() ? std::to_string(++pages_) : "";
}

net::Task<ListResult> AccountLister::accounts_of(std::vector<Entry> entries) {
    // Bases may overlap.
    if (settings_->bases.size() > 1)
        std::erase_if(entries, [&](const Entry& each) { return !seen_.insert(each.dn).second; });
    AccountPage page;
    page.accounts.resize(entries.size());
    std::optional<Unavailable> failure;
    co_await net::for_each(entries.size(), completed_at_once, [&](std::size_t i) -> net::Task<> {
        if (failure) co_return;
        if (auto each = co_await read(std::move(entries[i]), page.accounts[i]))
            failure = std::move(each);
    });
    if (failure) co_return *std::move(failure);
    co_return page;
}

// Unavailable: it is not about this entry alone.
net::Task<std::optional<Unavailable>> AccountLister::read(Entry entry, ListedAccount& account) {
    account.entry = entry.dn;
    if (settings_->method == Method::hash)
        for (const auto& attribute : settings_->attributes.secret)
            for (auto& value : entry.values(attribute))
                account.secrets.push_back(crypto::Secret::take(value));
    PrincipalFinder finder(*server_, *settings_, directory_, log_);
    auto described = co_await finder.describe(std::move(entry));
    if (auto* failure = std::get_if<Unavailable>(&described)) {
        if (failure->scope == Scope::directory) co_return std::move(*failure);
        const auto dn = account.entry + ": ";
        account.mistake = failure->why.substr(failure->why.starts_with(dn) ? dn.size() : 0);
        co_return std::nullopt;
    }
    auto& reading = std::get<Reading>(described);
    account.principal = std::move(reading.principal);
    account.ignored_values = reading.ignored_values;
    if (reading.is_disabled) account.closed = identity::Reason::disabled;
    if (!reading.is_person) account.mistake = "a group, and no account";
    co_return std::nullopt;
}

}  // namespace postern::ldap
