#include "policy/sender.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "address/unicode.hpp"
#include "policy/routing.hpp"
#include "smtp/ascii.hpp"

namespace postern::policy {
namespace {

// How local parts compare: folded to lower case unless the rules say otherwise.
std::string comparable(std::string local_part, const SenderRules& rules) {
    return rules.local_part_case ? local_part : address::to_lower(local_part);
}

constexpr bool is_plain(char c) {
    return smtp::is_alphanumeric(c) || c == '.' || c == '-' || c == '_' || c == '+';
}

// The sender with its local part as it compares, asked about one entry of the directory after the
// other.
class Question {
 public:
    Question(const address::Mailbox& sender, const SenderRules& rules)
        : local_part_(comparable(sender.local_part, rules)),
          domain_(sender.domain),
          rules_(rules),
          routes_(routes(sender.local_part)) {}

    // What an entry of the directory's list says: an address, or a whole domain ("@example.org").
    Ownership by_entry(std::string_view entry) const {
        if (!entry.starts_with('@')) return by_address(entry, Ownership::address);
        const bool owned = !routes_ && address::is_spelling_of(entry.substr(1), domain_);
        return owned ? Ownership::domain : Ownership::none;
    }

    // What one owned address says: `exact` when it is this one, subaddress, or none.
    Ownership by_address(std::string_view text, Ownership exact) const {
        if (is_plainly_another(text)) return Ownership::none;
        auto owned = address::split_mailbox(text);
        if (!owned) return Ownership::none;
        const auto ownership = compare(comparable(std::move(owned->local_part), rules_), exact);
        if (ownership == Ownership::none || !owned->is_at(domain_)) return Ownership::none;
        return ownership;
    }

 private:
    Ownership compare(std::string_view owned, Ownership exact) const {
        if (owned == local_part_) return exact;
        return is_tagged(owned) ? Ownership::subaddress : Ownership::none;
    }

    // Most entries of a long list are plain, and of somebody else: no need to take them apart. In a
    // local part of these octets nothing is quoted, and nothing normalized but its case.
    bool is_plainly_another(std::string_view entry) const {
        const auto owned = entry.substr(0, entry.find('@'));
        if (owned.size() == entry.size() || !std::ranges::all_of(owned, is_plain)) return false;
        if (owned.size() > local_part_.size()) return true;
        const auto same = [this](char left, char right) {
            return rules_.local_part_case ? left == right : smtp::upper(left) == smtp::upper(right);
        };
        if (!std::ranges::equal(owned, std::string_view(local_part_).substr(0, owned.size()), same))
            return true;
        return owned.size() < local_part_.size() && !is_tagged_behind(owned.size());
    }

    bool is_tagged_behind(std::size_t size) const {
        return rules_.subaddress.find(local_part_[size]) != std::string::npos;
    }

    // Whether the sender is `owned` with a tag behind it. Only the sender's tag counts: who owns
    // "jane+work" owns "jane+work+x", but neither "jane" nor "jane+x".
    bool is_tagged(std::string_view owned) const {
        return !routes_ && !owned.empty() && owned.size() < local_part_.size() &&
               local_part_.starts_with(owned) && is_tagged_behind(owned.size());
    }

    std::string local_part_;
    const std::string& domain_;
    const SenderRules& rules_;
    bool routes_;
};

// The earlier rule wins, whichever entry comes first.
Ownership stronger(Ownership left, Ownership right) {
    if (left == Ownership::none || right == Ownership::none) return std::max(left, right);
    return std::min(left, right);
}

}  // namespace

const char* to_string(Ownership ownership) {
    switch (ownership) {
        case Ownership::none:
            return "none";
        case Ownership::address:
            return "address";
        case Ownership::name:
            return "name";
        case Ownership::subaddress:
            return "subaddress";
        case Ownership::domain:
            return "domain";
    }
    return "none";
}

Ownership owns(std::span<const std::string> entries, const address::Mailbox& sender,
               const SenderRules& rules) {
    if (sender.local_part.empty() || sender.domain.empty()) return Ownership::none;
    const Question question(sender, rules);
    auto strongest = Ownership::none;
    for (const auto& entry : entries) {
        strongest = stronger(strongest, question.by_entry(entry));
        if (strongest == Ownership::address) return strongest;
    }
    return strongest;
}

Ownership owns(const identity::Principal& principal, const address::Mailbox& sender,
               const SenderRules& rules) {
    const auto listed = owns(principal.addresses, sender, rules);
    if (listed == Ownership::address || !rules.name_is_address) return listed;
    if (sender.local_part.empty() || sender.domain.empty()) return Ownership::none;
    const Question question(sender, rules);
    return stronger(listed, question.by_address(principal.name, Ownership::name));
}

}  // namespace postern::policy
