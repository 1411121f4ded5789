#include "ldap/examiner.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <charconv>
#include <cstdint>

#include "ldap/diagnostic.hpp"
#include "ldap/result_code.hpp"
#include "ldap/stamp.hpp"
#include "ldap/verdict.hpp"
#include "net/within.hpp"
#include "observe/log.hpp"
#include "smtp/ascii.hpp"

namespace postern::ldap {

using directory::Findings;

namespace {

constexpr std::string_view active_directory = "1.2.840.113556.1.4.800";

std::string first(const Entry& entry, std::string_view attribute) {
    const auto values = entry.values(attribute);
    return values.empty() ? std::string() : values.front();
}

std::int64_t number(const std::string& text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string known_as(const ServiceAccount& service) {
    switch (service.kind) {
        case ServiceAccount::Kind::simple:
            return "knows us as " + service.dn;
        case ServiceAccount::Kind::external:
            return "knows us by our certificate or user id";
        case ServiceAccount::Kind::anonymous:
            break;
    }
    return "we are anonymous to it";
}

// Active Directory counts the time in negative units of 100 ns.
std::string minutes(const std::string& interval) {
    const auto value = number(interval);
    if (value == 0) return "until somebody unlocks it";
    return fmt::format("for {} minutes", -(value / 600'000'000));
}

std::string seconds(const std::string& interval, bool ends) {
    if (!ends || number(interval) == 0) return "until somebody unlocks it";
    return fmt::format("for {} seconds", number(interval));
}

bool is_active_directory(const Entry& root) {
    return std::ranges::count(root.values("supportedCapabilities"), active_directory) > 0;
}

bool is_389(const Entry& root) {
    return first(root, "vendorName").find("389") != std::string::npos;
}

// The property set "Personal Information", which Active Directory lets everybody write in their own
// entry unless told otherwise (MS-ADTS 5.1.3.2.2, MS-ADA), as far as somebody might keep mail
// addresses or groups in it.
constexpr std::string_view self_written_in_ad[] = {
    "assistant",       "info",   "ipPhone",       "mobile",
    "otherMailbox",    "pager",  "personalTitle", "postalAddress",
    "publicDelegates", "street", "streetAddress", "telephoneNumber",
    "userSharedFolder"};
// What the suffix of an older 389-DS lets everybody write: "Enable self write for common
// attributes".
constexpr std::string_view self_written_in_389[] = {"mail", "description", "displayName",
                                                    "labeledURI", "preferredLanguage"};

}  // namespace

net::Task<Findings> Examiner::examine() {
    try {
        co_await look_at_everything();
    } catch (const boost::system::system_error& error) {
        tell(Kind::fault, error.code().message());
    } catch (const std::exception&) {
        tell(Kind::fault, observe::words_of(std::current_exception()));
    }
    co_return std::move(findings_);
}

net::Task<> Examiner::look_at_everything() {
    const auto message = co_await read("", SearchScope::base, "(objectClass=*)",
                                       {"supportedCapabilities", "defaultNamingContext",
                                        "namingContexts", "vendorName", "vendorVersion"});
    tell(Kind::good, "answers, and " + known_as(settings_.service));
    co_await look_at_bases();
    if (settings_.is_followed) co_await look_at_changes();
    if (settings_.is_stamped) co_await look_at_stamps();
    if (settings_.method == Method::hash) co_await look_at_secrets();
    if (message.entries.empty()) {
        tell(Kind::warning, "does not show its root entry, so nothing is known of its rules");
        co_return;
    }
    const auto& root = message.entries.front();
    co_await look_at_lockout(root);
    look_at_rights(root);
}

net::Task<> Examiner::look_at_bases() {
    for (const auto& base : settings_.bases) {
        const auto message = co_await read(base, SearchScope::base, "(objectClass=*)", {"1.1"});
        if (const auto wrong = judge_search(message.answer))
            tell(Kind::fault, fmt::format("base-dn \"{}\": {}", base, wrong->why));
        else if (message.entries.empty())
            tell(Kind::warning, fmt::format("base-dn \"{}\" is not shown to us", base));
    }
}

// A server that tells changes stops at the first entry, for we want no more.
net::Task<> Examiner::look_at_changes() {
    for (const auto& base : settings_.bases) {
        Search search;
        search.base = base;
        search.attributes = {"1.1"};
        search.most_entries = 1;
        search.sync = SyncRequest();
        const auto message = co_await ask(std::move(search));
        if (message.answer.code != result_code::success && !is_cut_short(message.answer))
            tell(Kind::warning,
                 fmt::format("does not tell what changes below \"{}\" ({}), so cache.watch hears "
                             "nothing: what is remembered ends with cache.ttl.positive",
                             base, name_of(message.answer.code)));
    }
}

// Of any account: a server that hides these attributes hides them of all.
net::Task<> Examiner::look_at_stamps() {
    for (const auto& base : settings_.bases) {
        const auto message = co_await read(base, settings_.scope, settings_.filter_followed,
                                           settings_.attributes.changed);
        if (message.entries.empty() ||
            !stamp_of(message.entries.front(), settings_.attributes.changed).empty())
            continue;
        tell(Kind::warning,
             fmt::format("shows none of {} below \"{}\" to us, so cache.check cannot tell whether "
                         "an account has changed, and every login is asked about",
                         fmt::join(settings_.attributes.changed, ", "), base));
    }
}

// What we may not read we cannot compare a password with.
net::Task<> Examiner::look_at_secrets() {
    std::string any;
    for (const auto& attribute : settings_.attributes.secret)
        any += fmt::format("({}=*)", attribute);
    for (const auto& base : settings_.bases) {
        Search search;
        search.base = base;
        search.scope = settings_.scope;
        search.filter = fmt::format("(|{})", any);
        search.attributes = {"1.1"};
        search.most_entries = 1;
        const auto message = co_await ask(std::move(search));
        if (!message.entries.empty()) co_return;
    }
    tell(Kind::warning,
         fmt::format("shows no {} to us, so nobody can log in: bind.auth.method = \"lookup\" lets "
                     "the server check passwords",
                     fmt::join(settings_.attributes.secret, " or ")));
}

// --- lockout

net::Task<> Examiner::look_at_lockout(const Entry& root) {
    if (is_active_directory(root))
        co_return co_await look_at_domain_policy(first(root, "defaultNamingContext"));
    if (is_389(root)) co_return co_await look_at_server_policy();
    for (const auto& context : root.values("namingContexts"))
        co_await look_at_password_policies(context);
}

net::Task<> Examiner::look_at_domain_policy(std::string domain) {
    const auto message =
        co_await read(std::move(domain), SearchScope::base, "(objectClass=*)",
                      {"lockoutThreshold", "lockoutDuration", "lockOutObservationWindow"});
    if (message.answer.code != result_code::success || message.entries.empty()) {
        tell(Kind::warning, "does not show its lockout policy to us");
        co_return;
    }
    const auto& entry = message.entries.front();
    tell_lockout("", number(first(entry, "lockoutThreshold")),
                 minutes(first(entry, "lockoutDuration")));
}

// 389-DS keeps it where only its administrators look.
net::Task<> Examiner::look_at_server_policy() {
    const auto message = co_await read(
        "cn=config", SearchScope::base, "(objectClass=*)",
        {"passwordLockout", "passwordMaxFailure", "passwordUnlock", "passwordLockoutDuration"});
    const bool shown = message.answer.code == result_code::success && !message.entries.empty() &&
                       !message.entries.front().values("passwordLockout").empty();
    if (!shown) {
        tell(Kind::warning,
             "does not show its lockout policy to us: see passwordLockout and "
             "passwordMaxFailure of cn=config");
        co_return;
    }
    const auto& entry = message.entries.front();
    const bool locks = first(entry, "passwordLockout") == "on";
    const bool unlocks = first(entry, "passwordUnlock") != "off";
    tell_lockout("", locks ? number(first(entry, "passwordMaxFailure")) : 0,
                 seconds(first(entry, "passwordLockoutDuration"), unlocks));
}

void Examiner::tell_lockout(std::string_view whose, std::int64_t failures,
                            std::string_view how_long) {
    if (failures == 0)
        return tell(Kind::good, "locks no account, however many passwords are wrong");
    tell(Kind::warning,
         fmt::format("{}locks an account after {} wrong passwords, {}: whoever guesses here can "
                     "lock people out; keep session.auth.errors.total below it",
                     whose, failures, how_long));
}

net::Task<> Examiner::look_at_password_policies(std::string context) {
    const auto message = co_await read(context, SearchScope::subtree, "(objectClass=pwdPolicy)",
                                       {"pwdLockout", "pwdMaxFailure", "pwdLockoutDuration"});
    for (const auto& policy : message.entries) {
        const auto most = number(first(policy, "pwdMaxFailure"));
        if (!smtp::equal_ignoring_case(first(policy, "pwdLockout"), "TRUE") || most == 0) continue;
        tell_lockout(presentable(policy.dn) + " ", most,
                     seconds(first(policy, "pwdLockoutDuration"), true));
    }
}

// --- who may write what

void Examiner::look_at_rights(const Entry& root) {
    const bool is_ad = is_active_directory(root);
    if (!is_ad && !is_389(root)) return;
    const auto written = is_ad ? std::span<const std::string_view>(self_written_in_ad)
                               : std::span<const std::string_view>(self_written_in_389);
    const auto& attributes = settings_.attributes;
    for (const auto* names : {&attributes.name, &attributes.email, &attributes.email_alias,
                              &attributes.groups, &attributes.on_behalf_of}) {
        for (const auto& name : *names) {
            const bool is_own = std::ranges::any_of(written, [&](std::string_view each) {
                return smtp::equal_ignoring_case(each, name);
            });
            if (is_own)
                tell(
                    Kind::warning,
                    fmt::format("lets people write \"{}\" in their own entry unless that right was "
                                "taken from them: whoever may write it can send as anybody",
                                name));
        }
    }
}

net::Task<Message> Examiner::read(std::string base, SearchScope scope, std::string filter,
                                  std::vector<std::string> attributes) {
    Search search;
    search.base = std::move(base);
    search.scope = scope;
    search.filter = std::move(filter);
    search.attributes = std::move(attributes);
    search.most_entries = 20;
    return ask(std::move(search));
}

net::Task<Message> Examiner::ask(Search search) {
    return net::within(net::Clock::now() + settings_.timeout, server_.search(std::move(search)));
}

void Examiner::tell(Kind kind, std::string sentence) {
    findings_.push_back({kind, fmt::format("{} {}", server_.address().text(), sentence)});
}

}  // namespace postern::ldap
