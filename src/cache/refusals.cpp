#include "cache/refusals.hpp"

#include <algorithm>
#include <array>

namespace postern::cache {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::chrono::milliseconds, 3> after_the_first{1min, 5min, 15min};
constexpr std::chrono::milliseconds shortest_turn = 30min;

std::chrono::milliseconds turn(const Rules& rules) {
    return std::max(rules.negative, shortest_turn);
}

Time next_question(const Refused& refused, const Rules& rules) {
    for (const auto delay : after_the_first)
        if (refused.asked < refused.first + delay) return refused.first + delay;
    return refused.asked + turn(rules);
}

bool is_forgotten(const Refused& refused, Time now, const Rules& rules) {
    return now >= refused.asked + 2 * turn(rules);
}

}  // namespace

Verdict verdict_of(const std::vector<Refused>& refused, const Verifier& verifier, Time now,
                   const Rules& rules) {
    const auto* found = matching(refused, verifier);
    if (found == nullptr || rules.negative <= 0ms) return Verdict::ask;
    if (found->asked < rules.not_before || found->asked > now + clock_tolerance)
        return Verdict::ask;
    return now < next_question(*found, rules) ? Verdict::rejected : Verdict::ask;
}

void remember(std::vector<Refused>& refused, const Refused& latest, const Rules& rules) {
    auto entry = latest;
    std::erase_if(refused, [&](const Refused& other) {
        if (other.verifier == latest.verifier && !is_forgotten(other, latest.asked, rules)) {
            entry.first = std::min(other.first, latest.first);
            entry.asked = std::max(other.asked, latest.asked);
        }
        return other.verifier == latest.verifier || is_forgotten(other, latest.asked, rules);
    });
    const auto place = std::ranges::find_if(
        refused, [&](const Refused& other) { return other.asked <= entry.asked; });
    refused.insert(place, entry);
    if (refused.size() > refused_at_most) refused.resize(refused_at_most);
}

}  // namespace postern::cache
