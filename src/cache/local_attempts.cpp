#include "cache/local_attempts.hpp"

#include <algorithm>
#include <utility>

namespace postern::cache {

Place LocalAttempts::enter(std::string_view name, std::uint64_t places, const std::string& attempt,
                           Window window, Time now) {
    const auto* known = names_.find(name);
    if (known != nullptr && known->until > now) {
        if (known->all.contains(attempt)) return {Place::Kind::kept};
        if (known->all.size() >= places) return {Place::Kind::none, count_failed(*known)};
    } else if (places == 0) {
        return {};
    }
    used(name, window, now).all.emplace(attempt, State::under_way);
    return {Place::Kind::taken};
}

bool LocalAttempts::fail(std::string_view name, const std::string& attempt, Window window,
                         Time now) {
    auto& attempts = used(name, window, now);
    const bool is_one_more = count_failed(attempts) > 0;
    attempts.all[attempt] = State::failed;
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
    std::erase_if(known->all, [&](const auto& each) {
        return each.second != State::under_way || each.first == attempt;
    });
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
    for (const auto& [attempt, state] : known->all)
        if (state == State::failed) failed.push_back(attempt);
    return failed;
}

void LocalAttempts::keep(std::string_view name, const std::string& attempt) {
    if (auto* known = names_.find(name)) known->all[attempt] = State::kept;
}

bool LocalAttempts::is_kept(std::string_view name, const std::string& attempt) {
    const auto* known = names_.find(name);
    if (known == nullptr) return false;
    const auto found = known->all.find(attempt);
    return found != known->all.end() && found->second == State::kept;
}

std::uint64_t LocalAttempts::kept(std::string_view name) {
    const auto* known = names_.find(name);
    if (known == nullptr) return 0;
    return static_cast<std::uint64_t>(std::ranges::count_if(
        known->all, [](const auto& each) { return each.second == State::kept; }));
}

std::vector<std::string> LocalAttempts::take_kept(std::string_view name) {
    std::vector<std::string> taken;
    auto* known = names_.find(name);
    if (known == nullptr) return taken;
    for (auto& [attempt, state] : known->all) {
        if (state != State::kept) continue;
        state = State::failed;
        taken.push_back(attempt);
    }
    return taken;
}

std::uint64_t LocalAttempts::count_failed(const Attempts& attempts) {
    return static_cast<std::uint64_t>(std::ranges::count_if(
        attempts.all, [](const auto& each) { return each.second != State::under_way; }));
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
