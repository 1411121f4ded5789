#include "postgresql/hash_check.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "net/offload.hpp"

namespace postern::postgresql {

using crypto::HashPool;
using crypto::PasswordHash;
using crypto::Secret;
using identity::Scope;
using identity::Unavailable;

namespace {

// Each may cost a hash per login.
constexpr std::size_t most_secrets = 8;
constexpr std::size_t none_fits = std::numeric_limits<std::size_t>::max();

}  // namespace

net::Task<HashCheck::Verdict> HashCheck::check(std::vector<const Secret*> stored,
                                               const identity::Credentials& credentials) {
    std::vector<Known> known;
    std::string unknown;  // why one of them cannot be checked
    for (std::size_t i = 0; i < stored.size(); ++i) {
        auto hash = PasswordHash::parse(stored[i]->reveal(), limits_);
        if (hash && known.size() < most_secrets)
            known.push_back({*std::move(hash), i});
        else
            unknown = hash ? "too many secrets" : crypto::to_string(hash.error());
    }
    const bool is_real = !known.empty();
    const auto hashes =
        is_real ? std::make_shared<const std::vector<Known>>(std::move(known)) : decoy_;
    if (is_real) decoy_ = hashes;
    const auto found =
        hashes ? co_await verify(hashes, credentials) : std::optional<std::size_t>(none_fits);
    if (!found) co_return Unavailable{Scope::busy, "the hash pool is full"};
    if (is_real && *found != none_fits) {
        recent_.remember(credentials, net::Clock::now());
        co_return *found;
    }
    if (!unknown.empty())
        co_return Unavailable{Scope::question, "a password hash that we cannot check: " + unknown};
    co_return Wrong{};
}

net::Task<std::optional<std::size_t>> HashCheck::verify(Hashes hashes,
                                                        const identity::Credentials& credentials) {
    const auto standing = recent_.knows(credentials, net::Clock::now()) ? HashPool::Standing::known
                                                                        : HashPool::Standing::fresh;
    std::size_t memory = 0;
    for (const auto& each : *hashes)
        memory = std::max(memory, each.hash.memory_cost());
    auto submit = [&pool = pool_, memory, standing](std::function<void()> job) {
        return pool.submit(standing, memory, std::move(job));
    };
    auto password = std::make_shared<const Secret>(credentials.password.copy());
    auto work = [hashes, password] {
        const auto fits = [&](const Known& each) { return each.hash.verify(*password); };
        const auto found = std::ranges::find_if(*hashes, fits);
        return found != hashes->end() ? found->index : none_fits;
    };
    co_return co_await net::offload(submit, work);
}

}  // namespace postern::postgresql
