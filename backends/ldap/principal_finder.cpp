#include "ldap/principal_finder.hpp"

#include <fmt/format.h>

#include "ldap/dn.hpp"
#include "ldap/escape.hpp"
#include "ldap/login_forms.hpp"
#include "ldap/verdict.hpp"
#include "observe/events.hpp"

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
    if (auto failure = co_await follow_ranges(entry)) co_return *std::move(failure);
    auto reading = read_principal(entry, settings_.attributes, settings_.group_names);
    if (!reading) co_return odd(entry, reading.error());
    auto& principal = reading->principal;
    if (reading->is_disabled) co_return Rejected{Reason::disabled, principal.name};
    if (!reading->is_person) co_return Rejected{Reason::not_permitted, principal.name};

    if (reading->delegator_dns.size() > most_delegators)
        co_return odd(entry, "too many that it may send on behalf of");
    for (const auto& dn : reading->delegator_dns)
        if (auto failure = co_await add_addresses(dn, principal.on_behalf_of))
            co_return *std::move(failure);

    Names groups(reading->group_dns.begin(), reading->group_dns.end());
    const Names known = groups;
    if (auto failure = co_await find_groups(entry, groups)) co_return *std::move(failure);
    for (const auto& dn : groups) {
        if (!known.contains(dn)) principal.groups.push_back(group_name(dn, settings_.group_names));
        if (!settings_.groups.own_addresses) continue;
        if (auto failure = co_await add_addresses(dn, principal.addresses))
            co_return *std::move(failure);
    }
    co_return std::move(principal);
}

// Active Directory gives long lists in pieces: "member;range=0-1499", then "member;range=1500-*".
net::Task<PrincipalFinder::Failure> PrincipalFinder::follow_ranges(Entry& entry) {
    for (const auto& [description, values] : Entry(entry).attributes) {
        auto range = parse_range(description);
        for (int piece = 0; range && range->last; ++piece) {
            if (piece == most_pieces) co_return odd(entry, description + " has no end");
            std::optional<Entry> more;
            const auto wanted = next_range(*range);
            if (auto failure = co_await read(entry.dn, {wanted}, more)) co_return failure;
            std::optional<Range> next;
            if (more) {
                for (auto& [name, further] : more->attributes) {
                    next = parse_range(name);
                    entry.attributes[name] = std::move(further);
                }
            }
            const bool goes_on = next && next->first > range->first;
            if (!goes_on) co_return odd(entry, description + " cannot be read to its end");
            range = next;
        }
    }
    co_return std::nullopt;
}

// --- groups ----------------------------------------------------------------------------------------

net::Task<PrincipalFinder::Failure> PrincipalFinder::find_groups(const Entry& entry,
                                                                 Names& groups) {
    using Nesting = GroupSettings::Nesting;
    const auto& settings = settings_.groups;
    const bool by_rule =
        settings.nesting == Nesting::server_rule ||
        (settings.nesting == Nesting::automatic && server_.knows_chain_rule());
    if (by_rule) {
        if (auto failure = co_await groups_by_rule(entry.dn, groups)) co_return failure;
        if (groups.size() > settings.limit) co_return odd(entry, "is in too many groups");
        co_return std::nullopt;
    }
    const bool walks = settings.nesting != Nesting::none;
    if (!walks && !settings.filter) co_return std::nullopt;

    Names asked;
    Names next = walks ? groups : Names();
    next.insert(entry.dn);
    for (unsigned depth = 0; !next.empty() && depth < settings.depth; ++depth) {
        Names found;
        for (const auto& dn : next) {
            if (!asked.insert(dn).second) continue;
            if (auto failure = co_await groups_with(dn, entry, found)) co_return failure;
            if (found.size() + groups.size() > 2 * settings.limit) break;
        }
        next.clear();
        for (const auto& dn : found)
            if (groups.insert(dn).second && walks) next.insert(dn);
        if (groups.size() > settings.limit) co_return odd(entry, "is in too many groups");
    }
    co_return std::nullopt;
}

net::Task<PrincipalFinder::Failure> PrincipalFinder::groups_with(const std::string& dn,
                                                                 const Entry& entry, Names& found) {
    if (!settings_.groups.filter)
        co_return co_await groups_by_search(
            fmt::format(fmt::runtime(any_member), escape_filter_value(dn)), found);
    // The login's own placeholders stand for the account, which only the first step is about.
    Values values{{"dn", dn}};
    if (dn == entry.dn) {
        const auto names = settings_.attributes.name_of(entry);
        if (const auto login = identity::Login::parse(names))
            values.merge(plain_values_of(*login));
    }
    const auto filter = settings_.groups.filter->fill(values);
    if (!filter) co_return std::nullopt;
    co_return co_await groups_by_search(*filter, found);
}

net::Task<PrincipalFinder::Failure> PrincipalFinder::groups_by_rule(const std::string& dn,
                                                                    Names& found) {
    return groups_by_search(fmt::format(fmt::runtime(member_in_chain), escape_filter_value(dn)),
                            found);
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
            if (auto name = normalize_dn(each.dn)) found.insert(*std::move(name));
    }
    co_return std::nullopt;
}

// --- other entries ---------------------------------------------------------------------------------

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
    if (is_gone_answer(message.answer)) co_return std::nullopt;
    if (auto failure = judge_search(message.answer)) co_return failure;
    if (!message.entries.empty()) found = std::move(message.entries.front());
    co_return std::nullopt;
}

Unavailable PrincipalFinder::odd(const Entry& entry, const std::string& why) const {
    log_.write(observe::events::directory_odd_entry,
               {{"directory", directory_}, {"dn", entry.dn}, {"why", why}});
    return Unavailable{Scope::question, fmt::format("{}: {}", entry.dn, why)};
}

}  // namespace postern::ldap
