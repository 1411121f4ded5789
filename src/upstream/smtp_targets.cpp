#include "upstream/smtp_targets.hpp"

#include <algorithm>
#include <set>

namespace postern::upstream {

namespace {

// A name with very many addresses does not make a probe endless.
constexpr std::size_t most_targets = 16;

constexpr auto missed_for = std::chrono::minutes(10);

smtp::Capabilities before_first_probe() {
    smtp::Capabilities offered;
    offered.pipelining = true;
    offered.enhanced_status_codes = true;
    offered.eight_bit_mime = true;
    offered.size = 0;
    return offered;
}

}  // namespace

std::vector<SmtpTargets::Target> SmtpTargets::all() const {
    std::vector<Target> targets;
    const auto hosts = resolver_.snapshot();
    for (const auto& host : *hosts) {
        for (const auto& endpoint : host.endpoints) {
            if (targets.size() == most_targets) return targets;
            targets.push_back({endpoint, host.name.host});
        }
    }
    return targets;
}

std::vector<SmtpTargets::Target> SmtpTargets::by_health() const {
    std::vector<Target> healthy, failing;
    const std::lock_guard lock(mutex_);
    for (auto& target : all()) {
        const auto found = standings_.find(target.endpoint);
        const bool good = found == standings_.end() || found->second.healthy;
        (good ? healthy : failing).push_back(std::move(target));
    }
    std::ranges::move(failing, std::back_inserter(healthy));
    return healthy;
}

bool SmtpTargets::any_healthy() const {
    const auto targets = all();
    if (targets.empty()) return !resolver_.complete();
    const std::lock_guard lock(mutex_);
    return std::ranges::any_of(targets, [this](const auto& target) {
        const auto found = standings_.find(target.endpoint);
        return found == standings_.end() || found->second.healthy;
    });
}

bool SmtpTargets::answered(const net::Endpoint& endpoint, const smtp::Capabilities& seen,
                           bool is_probe) {
    // What belongs to one connection (STARTTLS, AUTH, XCLIENT) is different for every client.
    auto offered = smtp::intersection(seen, seen);
    const auto now = net::Clock::now();
    const std::lock_guard lock(mutex_);
    auto& standing = standings_[endpoint];
    if (standing.missed && now >= standing.missed_until) standing.missed.reset();
    if (standing.missed) offered = smtp::intersection(offered, *standing.missed);
    const bool is_less =
        standing.offered && smtp::intersection(*standing.offered, offered) != *standing.offered;
    if (!is_probe && is_less) {
        standing.missed = offered;
        standing.missed_until = now + missed_for;
    }
    const bool news = !standing.healthy || standing.offered != offered;
    standing.healthy = true;
    standing.offered = offered;
    if (news) learn();
    return news;
}

bool SmtpTargets::failed(const net::Endpoint& endpoint) {
    const std::lock_guard lock(mutex_);
    auto& standing = standings_[endpoint];
    const bool news = std::exchange(standing.healthy, false);
    if (news) learn();
    return news;
}

void SmtpTargets::prune() {
    std::set<net::Endpoint> current;
    for (const auto& target : all())
        current.insert(target.endpoint);
    const std::lock_guard lock(mutex_);
    std::erase_if(standings_, [&](const auto& each) { return !current.contains(each.first); });
    learn();
}

void SmtpTargets::learn() {
    std::optional<smtp::Capabilities> common;
    for (const auto& [endpoint, standing] : standings_) {
        if (!standing.healthy || !standing.offered) continue;
        common = smtp::intersection(common.value_or(*standing.offered), *standing.offered);
    }
    if (common) learned_ = common;
}

smtp::Capabilities SmtpTargets::offered() const {
    const std::lock_guard lock(mutex_);
    return learned_.value_or(before_first_probe());
}

}  // namespace postern::upstream
