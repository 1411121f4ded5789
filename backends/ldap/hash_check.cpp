#include "ldap/hash_check.hpp"

#include <algorithm>

#include "net/offload.hpp"

namespace postern::ldap {

using crypto::HashPool;
using crypto::PasswordHash;
using crypto::Secret;
using identity::Reason;
using identity::Scope;
using identity::Unavailable;

namespace {

// Each may cost a hash per login.
constexpr std::size_t most_secrets = 8;

std::size_t most_memory(const std::vector<PasswordHash>& hashes) {
    std::size_t most = 0;
    for (const auto& hash : hashes)
        most = std::max(most, hash.memory_cost());
    return most;
}

}  // namespace

net::Task<BindVerdict> HashCheck::check(std::vector<std::string> stored,
                                        const identity::Credentials& credentials) {
    std::vector<PasswordHash> known;
    std::string unknown;  // why one of them cannot be checked
    for (const auto& each : stored) {
        auto hash = PasswordHash::parse(each, limits_);
        if (hash && known.size() < most_secrets)
            known.push_back(*std::move(hash));
        else
            unknown = hash ? "too many secrets" : crypto::to_string(hash.error());
    }
    const bool is_real = !known.empty();
    const auto hashes =
        is_real ? std::make_shared<const std::vector<PasswordHash>>(std::move(known)) : decoy_;
    if (is_real) decoy_ = hashes;
    const auto proved = hashes ? co_await verify(hashes, credentials) : std::optional(false);
    if (!proved) co_return Unavailable{Scope::busy, "the hash pool is full"};
    if (is_real && *proved) {
        recent_.remember(credentials, net::Clock::now());
        co_return Proved{};
    }
    if (!unknown.empty())
        co_return Unavailable{Scope::question, "a password hash that we cannot check: " + unknown};
    co_return stored.empty() ? Reason::not_permitted : Reason::bad_credentials;
}

net::Task<std::optional<bool>> HashCheck::verify(Hashes hashes,
                                                 const identity::Credentials& credentials) {
    const auto standing = recent_.knows(credentials, net::Clock::now()) ? HashPool::Standing::known
                                                                        : HashPool::Standing::fresh;
    auto submit = [&pool = pool_, memory = most_memory(*hashes),
                   standing](std::function<void()> job) {
        return pool.submit(standing, memory, std::move(job));
    };
    auto password = std::make_shared<const Secret>(credentials.password.copy());
    auto work = [hashes, password] {
        return std::ranges::any_of(
            *hashes, [&](const PasswordHash& hash) { return hash.verify(*password); });
    };
    co_return co_await net::offload(submit, work);
}

}  // namespace postern::ldap
