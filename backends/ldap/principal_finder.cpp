#include "ldap/principal_finder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "address/unicode.hpp"
#include "ldap/dn.hpp"
#include "ldap/escape.hpp"
#include "ldap/login_forms.hpp"
#include "ldap/result_code.hpp"
#include "ldap/verdict.hpp"
#include "observe/events.hpp"
#include "smtp/ascii.hpp"

namespace postern::ldap {

using identity::LookupResult;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;

namespace {

// An attribute in more pieces than this is no list of addresses or groups.
constexpr int most_pieces = 200;
constexpr std::size_t most_delegators = 200;
// Members as groupOfNames and groupOfUniqueNames have them.
constexpr std::string_view any_member = "(|(member={0})(uniqueMember={0}))";
// LDAP_MATCHING_RULE_IN_CHAIN of Active Directory.
constexpr std::string_view member_in_chain = "(member:1.2.840.113556.1.4.1941:={})";

}  // namespace

net::Task<LookupResult> PrincipalFinder::principal_of(Entry entry) {
    auto read = co_await read_whole(entry);
    if (auto* unavailable = std::get_if<Unavailable>(&read)) co_return std::move(*unavailable);
    auto& reading = std::get<Reading>(read);
    auto& principal = reading.principal;
    if (reading.is_disabled) co_return Rejected{Reason::disabled, principal.name};
    if (!reading.is_person) co_return Rejected{Reason::not_permitted, principal.name};
    if (auto failure = co_await complete(entry.dn, reading)) co_return *std::move(failure);
    co_return std::move(principal);
}

net::Task<PrincipalFinder::Described> PrincipalFinder::describe(Entry entry) {
    auto read = co_await read_whole(entry);
    auto* reading = std::get_if<Reading>(&read);
    if (reading == nullptr || !reading->is_person) co_return read;
    if (auto failure = co_await complete(entry.dn, *reading)) co_return *std::move(failure);
    co_return read;
}

// What the entry itself says.
net::Task<PrincipalFinder::Described> PrincipalFinder::read_whole(Entry& entry) {
    if (auto failure = co_await follow_ranges(entry)) co_return *std::move(failure);
    auto reading = read_principal(entry, settings_.attributes, settings_.group_names);
    if (!reading) co_return odd(entry.dn, reading.error());
    co_return *std::move(reading);
}

// What other entries say.
net::Task<PrincipalFinder::Failure> PrincipalFinder::complete(const std::string& dn,
                                                              Reading& reading) {
    auto& principal = reading.principal;
    if (reading.delegator_dns.size() > most_delegators)
        co_return odd(dn, "too many that it may send on behalf of");
    for (const auto& delegator : reading.delegator_dns)
        if (auto failure = co_await add_addresses(delegator, principal.on_behalf_of))
            co_return failure;

    Names groups;
    for (const auto& group : reading.group_dns)
        groups.emplace(normalize_dn(group).value_or(group), group);
    const Names known = groups;
    const auto login = identity::Login::parse(principal.name);
    if (!login) co_return odd(dn, "its name cannot be a login");
    if (auto failure = co_await find_groups({dn, *login}, groups)) co_return failure;
    for (const auto& [normal, group] : groups) {
        if (!known.contains(normal)) add_group(principal.groups, group);
        if (!settings_.groups.own_addresses) continue;
        if (auto failure = co_await add_addresses(group, principal.addresses)) co_return failure;
    }
    co_return std::nullopt;
}

// Active Directory gives long lists in pieces: "member;range=0-1499", then "member;range=1500-*".
net::Task<PrincipalFinder::Failure> PrincipalFinder::follow_ranges(Entry& entry) {
    std::vector<Range> ranges;
    for (const auto& [description, values] : entry.attributes)
        if (auto range = parse_range(description)) ranges.push_back(*std::move(range));
    for (auto& range : ranges) {
        for (int piece = 0; range.last; ++piece) {
            if (piece == most_pieces) co_return odd(entry.dn, range.attribute + " has no end");
            if (auto failure = co_await read_behind(range, entry)) co_return failure;
        }
    }
    co_return std::nullopt;
}

// Moves the range on to the portion behind it, whose values become the entry's.
net::Task<PrincipalFinder::Failure> PrincipalFinder::read_behind(Range& range, Entry& entry) {
    std::optional<Entry> more;
    const auto wanted = next_range(range);
    if (wanted)
        if (auto failure = co_await read(entry.dn, {*wanted}, more)) co_return failure;
    if (more) {
        for (auto& [description, values] : more->attributes) {
            const auto next = parse_range(description);
            const bool follows = next && next->first == *range.last + 1 &&
                                 smtp::equal_ignoring_case(next->attribute, range.attribute);
            if (!follows) continue;
            entry.attributes[description] = std::move(values);
            range = *next;
            co_return std::nullopt;
        }
    }
    co_return odd(entry.dn, range.attribute + " cannot be read to its end");
}

// --- groups

void PrincipalFinder::add_group(std::vector<std::string>& groups, const std::string& dn) const {
    const bool by_dn = settings_.group_names == GroupNames::dn;
    const auto name = by_dn ? normalize_dn(dn) : first_rdn_value(dn);
    if (name && address::is_text(*name) && std::ranges::count(groups, *name) == 0)
        groups.push_back(*name);
}

net::Task<PrincipalFinder::Failure> PrincipalFinder::find_groups(const Account& account,
                                                                 Names& groups) {
    using Nesting = GroupSettings::Nesting;
    const auto& settings = settings_.groups;
    if (settings.nesting == Nesting::server_rule ||
        (settings.nesting == Nesting::automatic && co_await server_.knows_chain_rule()))
        co_return co_await groups_by_rule(account, groups);
    const bool walks = settings.nesting != Nesting::none;
    if (!walks && !settings.filter) co_return std::nullopt;

    Names asked;
    Names next = walks ? groups : Names();
    next.emplace(normalize_dn(account.dn).value_or(account.dn), account.dn);
    for (unsigned depth = 0; !next.empty() && depth < settings.depth; ++depth) {
        Names found;
        for (const auto& [normal, dn] : next) {
            if (!asked.emplace(normal, dn).second) continue;
            if (auto failure = co_await groups_with(dn, account, found)) co_return failure;
            if (found.size() > settings.limit) co_return odd(account.dn, "is in too many groups");
        }
        next.clear();
        for (const auto& group : found)
            if (groups.insert(group).second && walks) next.insert(group);
        if (groups.size() > settings.limit) co_return odd(account.dn, "is in too many groups");
    }
    co_return std::nullopt;
}

net::Task<PrincipalFinder::Failure> PrincipalFinder::groups_with(const std::string& dn,
                                                                 const Account& account,
                                                                 Names& found) {
    if (!settings_.groups.filter)
        co_return co_await groups_by_search(
            fmt::format(fmt::runtime(any_member), escape_filter_value(dn)), found);
    Values values{{"dn", dn}};
    // A group has no user name: what asks for one asks about the account only.
    if (dn == account.dn)
        if (auto form = form_of(account.login, {})) values.merge(form->values);
    const auto filter = settings_.groups.filter->fill(values);
    if (!filter) co_return std::nullopt;
    co_return co_await groups_by_search(*filter, found);
}

// A server without the rule would find nobody by it, and call that a success.
net::Task<PrincipalFinder::Failure> PrincipalFinder::groups_by_rule(const Account& account,
                                                                    Names& found) {
    if (!co_await server_.knows_chain_rule())
        co_return Unavailable{Scope::directory,
                              "group.nested = \"rule\", but the server is no Active Directory and "
                              "has no such rule; \"auto\" or \"walk\" would do"};
    const auto filter = fmt::format(member_in_chain, escape_filter_value(account.dn));
    if (auto failure = co_await groups_by_search(filter, found)) co_return failure;
    if (found.size() > settings_.groups.limit) co_return odd(account.dn, "is in too many groups");
    co_return std::nullopt;
}

net::Task<PrincipalFinder::Failure> PrincipalFinder::groups_by_search(const std::string& filter,
                                                                      Names& found) {
    for (const auto& base : settings_.groups.bases) {
        Search search;
        search.base = base;
        search.filter = filter;
        search.attributes = {"1.1"};
        search.most_entries = static_cast<int>(settings_.groups.limit) + 1;
        const auto message = co_await server_.search(std::move(search));
        if (is_cut_short(message.answer))
            co_return Unavailable{Scope::question, "more groups than group.limit fit " + filter};
        if (auto failure = judge_search(message.answer)) co_return failure;
        for (const auto& each : message.entries)
            if (auto normal = normalize_dn(each.dn)) found.emplace(*std::move(normal), each.dn);
    }
    co_return std::nullopt;
}

// --- other entries

// An entry that is gone, or that we may not see, has no addresses.
net::Task<PrincipalFinder::Failure> PrincipalFinder::add_addresses(
    const std::string& dn, std::vector<std::string>& addresses) {
    std::optional<Entry> found;
    auto attributes = settings_.attributes.email;
    const auto& aliases = settings_.attributes.email_alias;
    attributes.insert(attributes.end(), aliases.begin(), aliases.end());
    if (auto failure = co_await read(dn, std::move(attributes), found)) co_return failure;
    if (found)
        for (auto& address : addresses_of(*found, settings_.attributes))
            addresses.push_back(std::move(address));
    co_return std::nullopt;
}

net::Task<PrincipalFinder::Failure> PrincipalFinder::read(const std::string& dn,
                                                          std::vector<std::string> attributes,
                                                          std::optional<Entry>& found) {
    Search search;
    search.base = dn;
    search.scope = SearchScope::base;
    search.attributes = std::move(attributes);
    search.most_entries = 1;
    auto message = co_await server_.search(std::move(search));
    const bool is_hidden = message.answer.code == result_code::insufficient_access_rights;
    if (is_gone(message.answer) || is_hidden) co_return std::nullopt;
    if (auto failure = judge_search(message.answer)) {
        failure->scope = Scope::question;  // of an entry that this account names, not of the server
        co_return failure;
    }
    if (!message.entries.empty()) found = std::move(message.entries.front());
    co_return std::nullopt;
}

Unavailable PrincipalFinder::odd(const std::string& dn, const std::string& why) const {
    log_.write(observe::events::directory_odd_entry,
               {{"directory", directory_}, {"dn", dn}, {"why", why}});
    return Unavailable{Scope::question, fmt::format("{}: {}", dn, why)};
}

}  // namespace postern::ldap
