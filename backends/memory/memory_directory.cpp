#include "memory/memory_directory.hpp"

#include <algorithm>

#include "address/mailbox.hpp"
#include "net/offload.hpp"

namespace postern::memory {

namespace {

using crypto::HashPool;
using crypto::PasswordHash;
using crypto::Secret;
using identity::Accepted;
using identity::AuthResult;
using identity::Login;
using identity::LookupResult;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;

bool plainly_proved(const Account& account, const Secret& password) {
    return std::ranges::any_of(account.secrets, [&](const PasswordHash& secret) {
        return !secret.needs_pool() && secret.verify(password);
    });
}

bool proved_by_hash(const Account& account, const Secret& password) {
    return std::ranges::any_of(account.secrets, [&](const PasswordHash& secret) {
        return secret.needs_pool() && secret.verify(password);
    });
}

// How long checking all of an account's hashes takes, to compare it with others.
std::uint64_t time_in_all(const Account& account) {
    std::uint64_t sum = 0;
    for (const auto& secret : account.secrets)
        sum += secret.work().microseconds;
    return sum;
}

bool has_hashes(const Account& account) {
    return std::ranges::any_of(account.secrets, &PasswordHash::needs_pool);
}

std::size_t memory_at_a_time(const Account& account) {
    std::size_t most = 0;
    for (const auto& secret : account.secrets)
        most = std::max(most, secret.memory_cost());
    return most;
}

AuthResult verdict(const Account* account, bool proved) {
    if (!account) return Rejected{Reason::unknown_user, ""};
    const auto& name = account->principal.name;
    if (account->secrets.empty()) return Rejected{Reason::not_permitted, name};
    if (!proved) return Rejected{Reason::bad_credentials, name};
    if (account->disabled) return Rejected{Reason::disabled, name};
    if (!account->is_person) return Rejected{Reason::not_permitted, name};
    return accepted(account->principal, "", account->secrets.size() == 1);
}

}  // namespace

MemoryDirectory::MemoryDirectory(HashPool& hash_pool, std::vector<Account> accounts)
    : hash_pool_(hash_pool) {
    capabilities_.lists_addresses = false;
    capabilities_.names_are_addresses = true;
    std::vector<AccountPtr> shared;
    for (auto& account : accounts) {
        if (!account.principal.addresses.empty()) capabilities_.lists_addresses = true;
        if (account.secrets.size() > 1) capabilities_.several_secrets = true;
        const auto mailbox = address::parse_mailbox(account.principal.name);
        if (!mailbox) capabilities_.names_are_addresses = false;
        shared.push_back(std::make_shared<const Account>(std::move(account)));
        const auto& latest = shared.back();
        if (time_in_all(*latest) > (decoy_ ? time_in_all(*decoy_) : 0)) decoy_ = latest;
    }
    index(shared);
}

void MemoryDirectory::index(const std::vector<AccountPtr>& accounts) {
    for (const auto& account : accounts)
        if (auto name = Login::parse(account->principal.name))
            by_login_.emplace(name->text(), account);

    std::unordered_map<std::string, AccountPtr> by_address;
    for (const auto& account : accounts) {
        for (const auto& address : account->principal.addresses) {
            auto login = Login::parse(address);
            if (!login || address.starts_with('@')) continue;
            auto [entry, is_new] = by_address.emplace(login->text(), account);
            if (!is_new && entry->second != account) entry->second = nullptr;
        }
    }
    by_login_.merge(by_address);
}

MemoryDirectory::AccountPtr MemoryDirectory::find(const Login& login) const {
    auto found = by_login_.find(login.text());
    return found == by_login_.end() ? nullptr : found->second;
}

net::Task<AuthResult> MemoryDirectory::authenticate(const identity::Credentials& credentials) {
    auto account = find(credentials.login);
    bool proved = account && plainly_proved(*account, credentials.password);
    if (!proved) {
        auto checked = co_await check_hashes(account, credentials);
        if (!checked)
            co_return Unavailable{
                .scope = Scope::busy, .why = "the hash pool is full", .may_count = false};
        proved = *checked;
    }
    auto answer = verdict(account.get(), proved);
    if (std::holds_alternative<Accepted>(answer)) recent_.remember(credentials, net::Clock::now());
    co_return answer;
}

// Nothing: the pool is full. Who has no hash, or no account at all, is checked against the decoy's,
// and the outcome is forgotten: time does not tell who is known here.
net::Task<std::optional<bool>> MemoryDirectory::check_hashes(
    AccountPtr account, const identity::Credentials& credentials) {
    bool is_real = account && has_hashes(*account);
    auto subject = is_real ? account : decoy_;
    if (!subject) co_return false;

    bool is_known = recent_.knows(credentials, net::Clock::now());
    auto submit = [&pool = hash_pool_, memory = memory_at_a_time(*subject),
                   standing = is_known ? HashPool::Standing::known
                                       : HashPool::Standing::fresh](std::function<void()> job) {
        return pool.submit(standing, memory, std::move(job));
    };
    auto password = std::make_shared<const Secret>(credentials.password.copy());
    auto verify = [subject, password] { return proved_by_hash(*subject, *password); };
    std::optional<bool> verified = co_await net::offload(submit, verify);
    if (verified && !is_real) verified = false;
    co_return verified;
}

net::Task<LookupResult> MemoryDirectory::lookup(const Login& login) {
    auto account = find(login);
    if (!account) co_return Rejected{Reason::unknown_user, ""};
    const auto& name = account->principal.name;
    if (account->disabled) co_return Rejected{Reason::disabled, name};
    if (!account->is_person) co_return Rejected{Reason::not_permitted, name};
    co_return account->principal;
}

}  // namespace postern::memory
