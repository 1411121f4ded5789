#include "cache/record.hpp"

#include <algorithm>

#include "cache/refusals.hpp"

namespace postern::cache {
namespace {

enum class Age : std::uint8_t { gone, stale, fresh };

// Neither from before a flush of the directory nor from the future.
bool believable(Time asked, Time now, const Rules& rules) {
    return asked >= rules.not_before && asked <= now + clock_tolerance;
}

Age age_of(Time asked, Time now, const Rules& rules) {
    if (!believable(asked, now, rules)) return Age::gone;
    if (now - asked < rules.positive) return Age::fresh;
    return now - asked < rules.stale ? Age::stale : Age::gone;
}

Generation begun_at(Time now) {
    const std::chrono::microseconds since = now.time_since_epoch();
    return since.count() > 0 ? static_cast<Generation>(since.count()) : 0;
}

}  // namespace

bool is_from_the_future(Generation generation, Time now) {
    return generation > begun_at(now + clock_tolerance);
}

Generation next_generation(Generation current, Generation base, Time now) {
    return std::max({current + 1, base + 1, begun_at(now)});
}

Generation leaping_generation(Generation current, Time now) {
    constexpr Generation leap = 1000;
    return next_generation(current + leap, 0, now + std::chrono::milliseconds(1));
}

Verdict decide(const AccountRecord& record, const Verifier& verifier, Time now,
               const Rules& rules) {
    const auto* accepted = matching(record.accepted, verifier);
    const auto refused = verdict_of(record.refused, verifier, now, rules);
    if (is_from_the_future(record.generation, now)) return Verdict::ask;
    if (accepted == nullptr) return refused;
    if (record.accepted.size() > rules.accepted) return Verdict::ask;  // of other settings
    switch (age_of(accepted->asked, now, rules)) {
        case Age::fresh:
            return Verdict::accepted;
        case Age::stale:
            return Verdict::stale;
        case Age::gone:
            return Verdict::ask;
    }
    return Verdict::ask;
}

const Accepted* accepted_as(const AccountRecord& record, const Verifier& verifier) {
    return matching(record.accepted, verifier);
}

Verdict decide(const LoginRecord& record, const Verifier& verifier, Time now, const Rules& rules) {
    const auto refused = verdict_of(record.refused, verifier, now, rules);
    return is_from_the_future(record.generation, now) ? Verdict::ask : refused;
}

bool may_serve_stale(const AccountRecord& record, std::string_view network, bool witnessed) {
    return witnessed && std::ranges::find(record.networks, network) != record.networks.end();
}

Standing standing(const LoginRecord& record, Time now, const Rules& rules) {
    if (is_from_the_future(record.generation, now) || !believable(record.asked, now, rules))
        return Standing::ask;
    if (record.unknown)
        return now - record.asked < rules.negative ? Standing::unknown : Standing::ask;
    const auto age = age_of(record.asked, now, rules);
    if (record.account.empty() || age == Age::gone) return Standing::ask;
    return age == Age::fresh ? Standing::known : Standing::stale;
}

}  // namespace postern::cache
