#include "directory/chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <optional>

#include "directory/member.hpp"
#include "net/within.hpp"

namespace postern::directory {

using identity::AuthResult;
using identity::Credentials;
using identity::Login;
using identity::LookupResult;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;

namespace {

// The member's answer, or that there is none in its time.
template <class Result>
net::Task<Result> within_share(net::Deadline deadline, net::Task<Result> question) {
    std::string why;
    try {
        co_return co_await net::within(deadline, std::move(question));
    } catch (const boost::system::system_error& error) {
        if (error.code() != asio::error::timed_out) throw;
        why = "no answer in its share of the time";
    }
    co_return Unavailable{Scope::directory, std::move(why)};
}

}  // namespace

Chain::Chain(std::vector<Member> members, net::Clock::duration timeout)
    : members_(std::move(members)), timeout_(timeout) {}

Capabilities Chain::capabilities() const {
    Capabilities all{.lists_addresses = true};
    for (const auto& member : members_) {
        const auto& can = member.directory->capabilities();
        all.verifies_passwords &= can.verifies_passwords;
        all.several_secrets |= can.several_secrets;
        all.can_look_up &= can.can_look_up;
        all.groups_are_dns |= can.groups_are_dns;
    }
    return all;
}

net::Task<AuthResult> Chain::authenticate(const Credentials& credentials) {
    return ask<AuthResult>(credentials.login, [&credentials](Service& member) {
        return member.authenticate(credentials.copy());
    });
}

net::Task<LookupResult> Chain::lookup(const Login& login) {
    return ask<LookupResult>(login, [login](Service& member) { return member.lookup(login); });
}

std::vector<const Chain::Member*> Chain::members_for(const Login& login) const {
    const auto domain = domain_of(login.text());
    std::vector<const Member*> fitting;
    for (const auto& member : members_)
        if (covers(member.domains, domain)) fitting.push_back(&member);
    return fitting;
}

template <class Result, class Question>
net::Task<Result> Chain::ask(const Login& login, Question question) {
    const auto deadline = net::Clock::now() + timeout_;
    const auto members = members_for(login);
    std::optional<Unavailable> doubt;
    for (std::size_t asked = 0; asked < members.size(); ++asked) {
        const auto& member = *members[asked];
        const auto now = net::Clock::now();
        const auto share = (deadline - now) / static_cast<int>(members.size() - asked);
        auto answer = co_await within_share(now + share, question(*member.directory));
        if (auto* unavailable = std::get_if<Unavailable>(&answer)) {
            unavailable->why = fmt::format("{}: {}", member.directory->name(), unavailable->why);
            // What is about this one login is as good as knowing it.
            const bool is_certain = unavailable->scope == Scope::question;
            if (!doubt) doubt = *unavailable;
            if (is_certain || !member.next_on_unavailable) break;
            continue;
        }
        if (is_unknown(answer)) {
            if (!member.next_on_unknown) break;
            continue;
        }
        if (doubt && std::holds_alternative<Rejected>(answer)) break;
        list_own_name(member.directory->capabilities(), answer);
        co_return answer;
    }
    if (doubt) co_return *std::move(doubt);
    co_return Rejected{Reason::unknown_user, ""};
}

const Chain::Member* Chain::find_unreachable(const std::vector<Member>& members) {
    Domains settled;  // by a member with the last word
    for (const auto& member : members) {
        const auto is_settled = [&](const std::string& domain) { return covers(settled, domain); };
        const bool for_all = covers(member.domains, "");
        if (for_all ? covers(settled, "") : std::ranges::all_of(member.domains, is_settled))
            return &member;
        if (!member.next_on_unknown && !member.next_on_unavailable)
            settled.insert(settled.end(), member.domains.begin(), member.domains.end());
    }
    return nullptr;
}

}  // namespace postern::directory
