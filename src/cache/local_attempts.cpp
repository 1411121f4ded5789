#include "cache/local_attempts.hpp"

#include <algorithm>
#include <utility>

namespace postern::cache {

namespace {

std::uint64_t failed_of(const std::map<std::string, bool>& attempts) {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(attempts, [](const auto& each) { return each.second; }));
}

}  // namespace

Place LocalAttempts::enter(std::string_view name, std::uint64_t places, const std::string& attempt,
                           Window window, Time now) {
    const auto* known = names_.find(name);
    if (known != nullptr && known->until > now) {
        if (known->all.contains(attempt)) return {Place::Kind::kept};
        if (known->all.size() >= places) return {Place::Kind::none, failed_of(known->all)};
    } else if (places == 0) {
        return {};
    }
    used(name, window, now).all.emplace(attempt, false);
    return {Place::Kind::taken};
}

bool LocalAttempts::fail(std::string_view name, const std::string& attempt, Window window,
                         Time now) {
    auto& all = used(name, window, now).all;
    const bool is_one_more = failed_of(all) > 0;
    all[attempt] = true;
    return is_one_more;
}

void LocalAttempts::leave(std::string_view name, const std::string& attempt) {
    auto* known = names_.find(name);
    if (known == nullptr) return;
    known->all.erase(attempt);
    forget_empty(name, *known);
}

void LocalAttempts::succeed(std::string_view name, const std::string& attempt) {
    auto* known = names_.find(name);
    if (known == nullptr) return;
    std::erase_if(known->all,
                  [&](const auto& each) { return each.second || each.first == attempt; });
    known->untold = false;
    forget_empty(name, *known);
}

void LocalAttempts::mark_untold(std::string_view name) {
    if (auto* known = names_.find(name)) known->untold = true;
}

std::vector<std::string> LocalAttempts::take_untold(std::string_view name) {
    std::vector<std::string> failed;
    auto* known = names_.find(name);
    if (known == nullptr || !std::exchange(known->untold, false)) return failed;
    for (const auto& [attempt, has_failed] : known->all)
        if (has_failed) failed.push_back(attempt);
    return failed;
}

LocalAttempts::Attempts& LocalAttempts::used(std::string_view name, Window window, Time now) {
    auto* known = names_.find(name);
    if (known == nullptr || known->until <= now) {
        names_.put(name, {});
        known = names_.find(name);
    }
    known->until = now + window;
    return *known;
}

void LocalAttempts::forget_empty(std::string_view name, const Attempts& attempts) {
    if (attempts.all.empty()) names_.forget(name);
}

}  // namespace postern::cache
