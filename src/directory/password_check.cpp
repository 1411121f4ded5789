#include "directory/password_check.hpp"

#include <algorithm>

#include "net/offload.hpp"
#include "observe/events.hpp"

namespace postern::directory {

using crypto::HashPool;
using crypto::PasswordHash;
using crypto::Secret;
using identity::Reason;
using identity::Scope;
using identity::Unavailable;

namespace {

constexpr unsigned events_a_minute = 10;

}  // namespace

crypto::HashLimits read_hash_limits(config::Section& section, const BackendContext& context) {
    auto limits = context.hash_limits;
    limits.allow_weak = section.boolean("allow-weak-schemes", false);
    return limits;
}

PasswordCheck::PasswordCheck(const BackendContext& context, const crypto::HashLimits& limits)
    : pool_(context.hash_pool),
      log_(context.log),
      directory_(context.name),
      limits_(limits),
      cost_(context.hash_cost) {}

net::Task<PasswordCheck::Verdict> PasswordCheck::check(std::string account,
                                                       std::vector<Secret> stored,
                                                       const identity::Credentials& credentials) {
    Candidates hashes;
    std::string unknown;  // why one of them cannot be checked
    for (std::size_t which = 0; which < stored.size(); ++which) {
        auto hash = PasswordHash::parse(stored[which].reveal(), limits_);
        if (!hash || which >= most_secrets)
            unknown = hash ? "too many secrets" : crypto::to_string(hash.error());
        else if (hash->needs_pool())
            hashes.push_back({which, *std::move(hash)});
        else if (hash->verify(credentials.password))
            co_return proved({which, *std::move(hash)}, credentials);
    }
    const bool is_real = !hashes.empty();
    const auto tried = is_real ? std::make_shared<const Candidates>(std::move(hashes)) : decoy_;
    if (is_real) decoy_ = tried;
    const auto outcome = tried ? co_await try_hashes(tried, credentials) : Outcome();
    if (!outcome)
        co_return Unavailable{
            .scope = Scope::busy, .why = "the hash pool is full", .may_count = false};
    if (is_real && outcome->fits) co_return proved((*tried)[*outcome->fits], credentials);
    if (is_real && outcome->failed) unknown = "it cannot be computed";
    if (!unknown.empty()) co_return refuse(account, unknown);
    co_return stored.empty() ? Reason::not_permitted : Reason::bad_credentials;
}

PasswordCheck::Verdict PasswordCheck::proved(const Candidate& candidate,
                                             const identity::Credentials& credentials) {
    recent_.remember(credentials, net::Clock::now());
    return Proved{candidate.which, candidate.hash.is_outdated(cost_)};
}

// Nothing: the pool is full. What a library throws ends here: it is about this hash, and whoever
// asks us must not take it for a fault of the server it came from.
net::Task<std::optional<PasswordCheck::Outcome>> PasswordCheck::try_hashes(
    Shared hashes, const identity::Credentials& credentials) {
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
        Outcome outcome;
        for (std::size_t i = 0; i < hashes->size() && !outcome.fits; ++i) {
            try {
                if ((*hashes)[i].hash.verify(*password)) outcome.fits = i;
            } catch (const std::exception&) {
                outcome.failed = true;
            }
        }
        return outcome;
    };
    co_return co_await net::offload(submit, work);
}

Unavailable PasswordCheck::refuse(const std::string& account, const std::string& why) {
    const auto now = net::Clock::now();
    if (now - minute_ >= std::chrono::minutes(1)) {
        minute_ = now;
        told_ = 0;
    }
    if (told_ < events_a_minute) {
        ++told_;
        log_.write(
            observe::events::directory_hash_refused,
            {{"directory", directory_}, {"account", account}, {"why", why}, {"untold", untold_}});
        untold_ = 0;
    } else {
        ++untold_;
    }
    return {.scope = Scope::question,
            .why = "a stored password that we cannot check: " + why,
            .may_count = false};
}

}  // namespace postern::directory
