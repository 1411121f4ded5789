#include "ldap/known_entries.hpp"

#include <algorithm>

#include "crypto/secret.hpp"
#include "ldap/principal_reader.hpp"
#include "smtp/ascii.hpp"

namespace postern::ldap {

namespace {

// Of draft-behera-ldap-password-policy 5.3.2 and of RFC 4512 3.4.3.
constexpr std::string_view password_time = "pwdChangedTime", entry_time = "modifyTimestamp";

void add_text(std::string& all, std::string_view text) {
    all.append(std::to_string(text.size())).append(1, ':').append(text);
}

}  // namespace

void KnownEntries::learn(std::string_view uuid, const Entry& entry) {
    entries_[number_of(uuid)] = {number_of(name_of(entry)), 0};
}

void KnownEntries::changed(std::string_view uuid, const Entry& entry, HeardChanges& heard) {
    auto name = name_of(entry);
    auto& known = entries_[number_of(uuid)];
    const auto before = known;
    known = {number_of(name), content_of(entry)};
    const bool was_somebody_else = before.name != 0 && before.name != known.name;
    if (was_somebody_else) heard.everything = true;
    if (name.empty() || was_somebody_else) return;
    // Servers that count wrong passwords, or note the last login, write into the entry whenever
    // somebody logs in: were that a change, nothing could be remembered, not even who is to be
    // refused.
    const bool is_the_same = before.name == known.name && before.content == known.content;
    if (!is_the_same || !would_show_passwords(entry)) heard.accounts.push_back(std::move(name));
}

// One that was never heard of may have been hidden before it was deleted.
void KnownEntries::deleted(std::string_view uuid, HeardChanges& heard) {
    const auto found = entries_.find(number_of(uuid));
    if (found == entries_.end() || found->second.name != 0) heard.everything = true;
    if (found != entries_.end()) entries_.erase(found);
}

std::vector<std::string> KnownEntries::attributes() const {
    auto all = settings_.method == Method::hash ? settings_.attributes.wanted_with_secret()
                                                : settings_.attributes.wanted();
    for (const auto name : {password_time, entry_time})
        all.emplace_back(name);
    return all;
}

std::string KnownEntries::name_of(const Entry& entry) const {
    auto reading = read_principal(entry, settings_.attributes, settings_.group_names);
    return reading ? std::move(reading->principal.name) : "";
}

std::uint64_t KnownEntries::number_of(std::string_view octets) const {
    return octets.empty() ? 0 : std::max<std::uint64_t>(hash_(octets), 1);
}

std::uint64_t KnownEntries::content_of(const Entry& entry) const {
    std::string all;
    const crypto::WipeAtEnd wipe(all);
    add_text(all, entry.dn);
    for (const auto& [name, values] : entry.attributes) {
        if (smtp::equal_ignoring_case(name, entry_time)) continue;
        add_text(all, name);
        for (const auto& value : values)
            add_text(all, value);
        all += ';';
    }
    return number_of(all);
}

// Whether a new password would have made this entry another one. Times are full seconds: a password
// that is as old as the entry may have been changed twice.
bool KnownEntries::would_show_passwords(const Entry& entry) const {
    const bool shows_hash = std::ranges::any_of(
        settings_.attributes.secret,
        [&](const std::string& attribute) { return !entry.values(attribute).empty(); });
    const auto changed = entry.values(password_time), modified = entry.values(entry_time);
    return shows_hash || (!changed.empty() && !modified.empty() && changed != modified);
}

}  // namespace postern::ldap
