#include "cache/change.hpp"

#include <algorithm>
#include <utility>

#include "cache/refusals.hpp"

namespace postern::cache {
namespace {

// The record to come, still as it stands. A first one contradicts what was asked before it: others
// may have come and gone.
AccountRecord begun(const AccountRecord* current, Generation base, Time now) {
    AccountRecord next = current != nullptr ? *current : AccountRecord();
    next.generation = next_generation(next.generation, base, now);
    if (current == nullptr) next.confirmed = next.generation;
    return next;
}

// The record that was read is gone, evicted or deleted, and what may stand there now began anew:
// nobody knows what came and went meanwhile.
bool is_lost(const AccountRecord* current, const Question& question) {
    return current == nullptr ? question.base != 0 : current->generation < question.base;
}

void drop_accepted(AccountRecord& record) {
    record.principal = {};
    record.accepted.clear();
    record.networks.clear();
    record.confirmed = record.generation;
}

void forget_refusal(AccountRecord& record, const Verifier& verifier) {
    std::erase_if(record.refused,
                  [&](const Refused& refused) { return refused.verifier == verifier; });
}

// Since the record was read somebody has confirmed, refused, revoked or flushed what makes this
// answer doubtful; unless it is the very one that stands there.
bool is_contested(const AccountRecord& current, const Confirm& confirm) {
    const auto* refused = matching(current.refused, confirm.verifier);
    if (refused != nullptr && refused->generation > confirm.question.base) return true;
    // Beside the only one, any other that came meanwhile is a contradiction.
    const auto newest = confirm.is_only ? current.generation : current.confirmed;
    if (newest <= confirm.question.base) return false;
    return matching(current.accepted, confirm.verifier) == nullptr ||
           current.principal != confirm.principal;
}

void add_network(std::vector<std::string>& networks, const std::string& network) {
    if (network.empty() || network.size() > longest_network) return;
    std::erase(networks, network);
    networks.insert(networks.begin(), network);
    if (networks.size() > networks_at_most) networks.resize(networks_at_most);
}

void add_accepted(AccountRecord& record, const Confirm& confirm, std::size_t at_most) {
    Accepted entry{confirm.verifier, confirm.question.asked, {}};
    if (confirm.stamp.size() <= longest_stamp) entry.stamp = confirm.stamp;
    std::erase_if(record.accepted, [&](const Accepted& other) {
        if (other.verifier != entry.verifier) return at_most == 1;
        if (other.asked > entry.asked) entry = other;
        return true;
    });
    const auto place = std::ranges::find_if(
        record.accepted, [&](const Accepted& other) { return other.asked <= entry.asked; });
    record.accepted.insert(place, entry);
    if (record.accepted.size() > at_most) record.accepted.resize(at_most);
}

Update<AccountRecord> apply_confirm(const AccountRecord* current, const Confirm& confirm, Time now,
                                    const Rules& rules) {
    auto next = begun(current, confirm.question.base, now);
    if (is_lost(current, confirm.question) ||
        (current != nullptr && is_contested(*current, confirm))) {
        drop_accepted(next);  // written even if none was: others are on their way that are older
        forget_refusal(next, confirm.verifier);
        return next;
    }
    const bool is_new = matching(next.accepted, confirm.verifier) == nullptr;
    const bool is_changed = !next.accepted.empty() && next.principal != confirm.principal;
    const auto at_most =
        confirm.is_only ? 1 : std::clamp<std::size_t>(rules.accepted, 1, accepted_at_most);
    if (is_new || is_changed) next.refused.clear();
    forget_refusal(next, confirm.verifier);
    // Side by side, one more secret contradicts no other answer; another principal does.
    if (at_most == 1 || is_changed) next.confirmed = next.generation;
    add_accepted(next, confirm, at_most);
    add_network(next.networks, confirm.network);
    next.principal = confirm.principal;
    return next;
}

Update<AccountRecord> apply_refuse(const AccountRecord* current, const Refuse& refuse, Time now,
                                   const Rules& rules) {
    if (is_lost(current, refuse.question)) return std::nullopt;
    auto next = begun(current, refuse.question.base, now);
    const bool was_accepted = matching(next.accepted, refuse.verifier) != nullptr;
    // Refused before what has been confirmed since, as likely as not: the next login asks.
    const bool is_contested = current != nullptr && current->confirmed > refuse.question.base;
    if (is_contested && !was_accepted) return std::nullopt;
    if (was_accepted) {
        std::erase_if(next.accepted, [&](const Accepted& accepted) {
            return accepted.verifier == refuse.verifier;
        });
        next.confirmed = next.generation;
        if (next.accepted.empty()) drop_accepted(next);
    }
    // With several secrets nothing tells whether this one was accepted before or since.
    const bool is_doubtful = was_accepted && (is_contested || rules.accepted > 1);
    const auto asked = refuse.question.asked;
    if (!is_doubtful)
        remember(next.refused, {refuse.verifier, asked, asked, next.generation}, rules);
    return next;
}

// Written even where nothing stands, and whatever stands: an older confirmation that is still on
// its way has to find it.
Update<AccountRecord> apply_revoke(const AccountRecord* current, const Revoke& revoke, Time now) {
    auto next = begun(current, revoke.question.base, now);
    drop_accepted(next);
    return next;
}

}  // namespace

Update<AccountRecord> apply(const AccountRecord* current, const Change& change, Time now,
                            const Rules& rules) {
    if (const auto* confirm = std::get_if<Confirm>(&change))
        return apply_confirm(current, *confirm, now, rules);
    if (const auto* refuse = std::get_if<Refuse>(&change))
        return apply_refuse(current, *refuse, now, rules);
    if (const auto* revoke = std::get_if<Revoke>(&change))
        return apply_revoke(current, *revoke, now);
    return tombstone(current, now);
}

AccountRecord tombstone(const AccountRecord* current, Time now) {
    AccountRecord next;
    next.generation = leaping_generation(current != nullptr ? current->generation : 0, now);
    next.confirmed = next.generation;
    return next;
}

std::optional<AccountRecord> carried_over(const AccountRecord& old, const Verifier& accepted,
                                          const Verifier& renewed, Time now) {
    const auto* found = matching(old.accepted, accepted);
    if (found == nullptr) return std::nullopt;
    auto next = begun(&old, 0, now);
    next.accepted = {{renewed, found->asked, found->stamp}};
    next.refused.clear();
    next.confirmed = next.generation;
    return next;
}

}  // namespace postern::cache
