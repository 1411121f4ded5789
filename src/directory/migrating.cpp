#include "directory/migrating.hpp"

#include <algorithm>

#include "directory/member.hpp"
#include "net/offload.hpp"
#include "observe/events.hpp"

namespace postern::directory {

using identity::Accepted;
using identity::AuthResult;
using identity::Credentials;
using identity::Login;
using identity::LookupResult;
using identity::Principal;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;

Migrating::Migrating(Homes homes, MigratingSettings settings, Hashing hashing, observe::Log& log,
                     std::string name)
    : homes_(std::move(homes)),
      settings_(std::move(settings)),
      hashing_(std::move(hashing)),
      log_(log),
      name_(std::move(name)) {}

Capabilities Migrating::capabilities() const {
    auto can = homes_.to->capabilities();
    can.can_look_up = can.can_look_up && homes_.from->capabilities().can_look_up;
    can.takes_in = false;
    can.lists_accounts = false;
    return can;
}

net::Task<AuthResult> Migrating::authenticate(const Credentials& credentials) {
    auto answer = co_await homes_.to->authenticate(credentials.copy());
    if (!is_unknown(answer)) co_return answer;
    // A provider says yes to all its customers, and they must not become ours.
    const auto domain = credentials.login.domain();
    if (!domain.empty() && !may_move(domain_of(credentials.login.text()))) co_return answer;
    auto old = co_await homes_.from->authenticate(credentials.copy());
    list_own_name(homes_.from->capabilities(), old);
    auto* accepted = std::get_if<Accepted>(&old);
    if (accepted == nullptr) co_return old;
    co_return co_await move(std::move(accepted->principal), credentials);
}

net::Task<LookupResult> Migrating::lookup(const Login& login) {
    auto answer = co_await homes_.to->lookup(login);
    if (!is_unknown(answer)) co_return answer;
    if (!login.domain().empty() && !may_move(domain_of(login.text()))) co_return answer;
    auto old = co_await homes_.from->lookup(login);
    list_own_name(homes_.from->capabilities(), old);
    auto* principal = std::get_if<Principal>(&old);
    if (principal == nullptr || restrict_to_domains(*principal)) co_return old;
    co_return Rejected{Reason::not_permitted, principal->name};
}

bool Migrating::may_move(std::string_view domain) const {
    return covers(settings_.domains, domain);
}

// Leaves those addresses that may move; false: the account may not.
bool Migrating::restrict_to_domains(Principal& principal) const {
    const auto stays = [&](const std::string& address) { return !may_move(domain_of(address)); };
    const bool listed = !principal.addresses.empty();
    std::erase_if(principal.addresses, stays);
    std::erase_if(principal.on_behalf_of, stays);
    const auto domain = domain_of(principal.name);
    if (!domain.empty() && !may_move(domain)) return false;
    return !listed || !principal.addresses.empty();
}

// The old home has accepted the password.
net::Task<AuthResult> Migrating::move(Principal principal, const Credentials& credentials) {
    namespace events = observe::events;
    if (!restrict_to_domains(principal)) co_return Rejected{Reason::not_permitted, principal.name};
    const auto adopted = co_await take_in(principal, credentials.password);
    if (const auto* failure = std::get_if<Unavailable>(&adopted)) {
        log_.write(events::directory_not_moved,
                   {{"directory", name_}, {"account", principal.name}, {"why", failure->why}});
        co_return Accepted{std::move(principal)};  // the next login tries again
    }
    const auto name = Login::parse(principal.name);
    if (!name) co_return Unavailable{Scope::question, "a name that is no login"};
    const bool is_new = std::get<Adopted>(adopted) == Adopted::taken_in;
    if (is_new)
        log_.write(events::directory_moved, {{"directory", name_}, {"account", principal.name}});
    // Whoever was there already has the password that the new home knows, and no other one.
    auto renamed = credentials.copy();
    renamed.login = *name;
    auto answer = co_await homes_.to->authenticate(std::move(renamed));
    // It stands there now, whatever a standby or somebody's memory knows yet.
    if (!is_unknown(answer)) co_return answer;
    if (is_new) co_return Accepted{std::move(principal)};
    co_return Unavailable{Scope::question, "the new home has that name, and does not find it"};
}

net::Task<AdoptResult> Migrating::take_in(const Principal& principal,
                                          const crypto::Secret& password) {
    auto submit = [this](std::function<void()> job) {
        return hashing_.pool.submit(crypto::HashPool::Standing::known, hashing_.memory,
                                    std::move(job));
    };
    auto secret = std::make_shared<const crypto::Secret>(password.copy());
    auto work = [hash = hashing_.hash, secret] { return hash(*secret); };
    auto hashed = co_await net::offload(submit, work);
    if (!hashed) co_return Unavailable{Scope::busy, "the hash pool is full"};
    co_return co_await homes_.to->adopt({principal, *std::move(hashed)});
}

}  // namespace postern::directory
