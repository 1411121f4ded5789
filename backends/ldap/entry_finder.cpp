#include "ldap/entry_finder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ldap/diagnostic.hpp"
#include "ldap/dn.hpp"
#include "ldap/escape.hpp"
#include "ldap/login_forms.hpp"
#include "ldap/result_code.hpp"
#include "ldap/stamp.hpp"
#include "ldap/verdict.hpp"
#include "observe/events.hpp"
#include "smtp/ascii.hpp"

namespace postern::ldap {

using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;

namespace {

constexpr std::string_view any_entry = "(objectClass=*)";

std::string account_filter(std::string_view account) {
    return fmt::format("(sAMAccountName={})", escape_filter_value(account));
}

}  // namespace

net::Task<EntryFinder::Found> EntryFinder::by_login(const identity::Login& login) {
    const auto form = form_of(login, settings_.netbios_domains);
    if (!form) co_return Rejected{Reason::unknown_user, ""};
    auto filter = settings_.filter_name->fill(form->values);
    if (form->is_netbios && filter)
        filter = fmt::format("(&{}{})", account_filter(form->values.at("username")), *filter);
    const bool is_address = !login.domain().empty() && !form->is_netbios;
    if (settings_.filter_email && is_address) {
        const auto by_email = settings_.filter_email->fill(form->values);
        if (filter && by_email)
            filter = fmt::format("(|{}{})", *filter, *by_email);
        else if (by_email)
            filter = by_email;
    }
    if (!filter) co_return Rejected{Reason::unknown_user, ""};
    co_return co_await by_filter(*std::move(filter));
}

net::Task<EntryFinder::Found> EntryFinder::by_filter(std::string filter) {
    std::vector<Message> messages;
    for (const auto& base : settings_.bases) {
        messages.push_back(co_await server_.search(search_of(base, settings_.scope, filter)));
        const auto& answer = messages.back().answer;
        if (is_cut_short(answer)) continue;
        if (auto unavailable = judge_search(answer)) co_return *std::move(unavailable);
    }
    co_return only_one(messages, filter);
}

EntryFinder::Found EntryFinder::only_one(const std::vector<Message>& messages,
                                         const std::string& filter) const {
    const Entry* one = nullptr;
    bool several = false;
    for (const auto& message : messages) {
        several = several || is_cut_short(message.answer) || message.entries.size() > 1;
        for (const auto& entry : message.entries) {
            // Bases may overlap.
            several = several || (one != nullptr && one->dn != entry.dn);
            one = &entry;
        }
    }
    if (several) {
        log_.write(observe::events::directory_ambiguous,
                   {{"directory", directory_}, {"filter", filter}});
        return Unavailable{Scope::question, "several entries fit " + filter};
    }
    if (one == nullptr) return Rejected{Reason::unknown_user, ""};
    return *one;
}

net::Task<EntryFinder::Found> EntryFinder::bound_entry(Server::Lease& lease,
                                                       const std::string& name) {
    auto dn = name;
    if (!settings_.bind_template->is_dn()) {
        const auto who = co_await lease.who_am_i();
        const std::string_view identity = who.value;
        const auto backslash = identity.find('\\');
        if (identity.starts_with("u:") && backslash != identity.npos)
            co_return co_await by_user_name(identity.substr(2, backslash - 2),
                                            identity.substr(backslash + 1));
        dn = identity.starts_with("dn:") ? identity.substr(3) : "";
        dn.erase(0, dn.find_first_not_of(' '));  // 389-DS puts one there
        if (!looks_like_dn(dn))
            co_return Unavailable{
                Scope::question,
                fmt::format("the server does not say who is bound, which only "
                            "bind.auth.template with a DN can do without; {} {}",
                            name_of(who.answer.code), presentable(who.answer.diagnostic))};
    }
    const auto search = search_of(dn, SearchScope::base, std::string(any_entry));
    const auto read =
        settings_.reads_as_user ? co_await lease.search(search) : co_await server_.search(search);
    if (is_gone(read.answer) || (read.answer.code == 0 && read.entries.empty()))
        co_return Unavailable{Scope::question, "the entry that was bound cannot be read"};
    if (auto unavailable = judge_search(read.answer)) co_return *std::move(unavailable);
    co_return read.entries.front();
}

// Active Directory names whoever is bound "u:CORP\jane".
net::Task<EntryFinder::Found> EntryFinder::by_user_name(std::string_view domain,
                                                        std::string_view name) {
    const bool ours = std::ranges::any_of(settings_.netbios_domains, [&](const auto& each) {
        return smtp::equal_ignoring_case(each, domain);
    });
    if (!ours)
        co_return Unavailable{Scope::question,
                              fmt::format("bind.auth.netbios-domains lacks {}", domain)};
    auto found = co_await by_filter(account_filter(name));
    if (std::holds_alternative<Rejected>(found))
        co_return Unavailable{Scope::question, "the entry that was bound cannot be found"};
    co_return found;
}

net::Task<EntryFinder::Stamped> EntryFinder::stamp_of(const std::string& dn) {
    auto search = search_of(dn, SearchScope::base, std::string(any_entry));
    search.attributes = settings_.attributes.changed;
    search.most_entries = 1;
    const auto message = co_await server_.search(std::move(search));
    if (is_gone(message.answer)) co_return std::string();
    if (auto unavailable = judge_search(message.answer)) co_return *std::move(unavailable);
    if (message.entries.empty()) co_return std::string();
    co_return ldap::stamp_of(message.entries.front(), settings_.attributes.changed);
}

net::Task<bool> EntryFinder::has_gone(const std::string& dn) {
    auto search = search_of(dn, SearchScope::base, std::string(any_entry));
    search.attributes = {"1.1"};
    const auto message = co_await server_.search(std::move(search));
    co_return is_gone(message.answer);
}

Search EntryFinder::search_of(std::string base, SearchScope scope, std::string filter) const {
    Search search;
    search.base = std::move(base);
    search.scope = scope;
    const bool is_named = scope == SearchScope::base;  // then it is that entry, not what it names
    search.dereference = is_named ? Dereference::never : settings_.dereference;
    search.filter = std::move(filter);
    const bool with_secret = settings_.method == Method::hash;
    search.attributes =
        with_secret ? settings_.attributes.wanted_with_secret() : settings_.attributes.wanted();
    if (settings_.is_stamped)
        std::ranges::copy(settings_.attributes.changed, std::back_inserter(search.attributes));
    return search;
}

}  // namespace postern::ldap
