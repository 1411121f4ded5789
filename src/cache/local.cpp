#include "cache/local.hpp"

#include <utility>
#include <vector>

namespace postern::cache {
namespace {

std::size_t heap_size(const std::string& text) {
    const bool in_place = text.capacity() <= std::string().capacity();
    return in_place ? 0 : text.capacity() + 1;
}

std::size_t heap_size(const std::vector<std::string>& texts) {
    std::size_t size = texts.capacity() * sizeof(std::string);
    for (const auto& text : texts)
        size += heap_size(text);
    return size;
}

// A node of a map has its colour and three pointers beside its value.
std::size_t heap_size(const identity::Attributes& attributes) {
    std::size_t size = 0;
    for (const auto& [name, values] : attributes)
        size += sizeof(identity::Attributes::value_type) + 4 * sizeof(void*) + heap_size(name) +
                heap_size(values);
    return size;
}

std::size_t heap_size(const std::vector<Accepted>& accepted) {
    std::size_t size = accepted.capacity() * sizeof(Accepted);
    for (const auto& entry : accepted)
        size += heap_size(entry.stamp);
    return size;
}

std::size_t heap_size(const identity::Principal& principal) {
    return heap_size(principal.name) + heap_size(principal.addresses) +
           heap_size(principal.on_behalf_of) + heap_size(principal.groups) +
           heap_size(principal.attributes);
}

}  // namespace

std::size_t heap_size(const LoginNote& note) {
    return heap_size(note.record.account) + note.record.refused.capacity() * sizeof(Refused) +
           heap_size(note.name) + heap_size(note.account);
}

std::size_t heap_size(const AccountNote& note) {
    return heap_size(note.record.principal) + heap_size(note.record.accepted) +
           note.record.refused.capacity() * sizeof(Refused) + heap_size(note.record.networks);
}

// A login takes about a third of what an account takes; unknown ones may make do with little.
Local::Limits Local::limits(std::size_t entries, std::size_t bytes) {
    const auto eighth = bytes / 8;
    return {.logins = {.entries = entries, .bytes = 2 * eighth},
            .accounts = {.entries = entries, .bytes = 5 * eighth},
            .unknown = {.entries = entries, .bytes = eighth}};
}

LoginNote* Local::login(std::string_view text) {
    auto* known = logins_.find(text);
    return known != nullptr ? known : unknown_.find(text);
}

AccountNote* Local::account(std::string_view record) {
    return accounts_.find(record);
}

void Local::put_login(std::string_view text, LoginNote note) {
    forget_login(text);
    (note.record.account.empty() ? unknown_ : logins_).put(text, std::move(note));
}

void Local::put_account(std::string_view record, AccountNote note) {
    accounts_.put(record, std::move(note));
}

void Local::forget_login(std::string_view text) {
    logins_.forget(text);
    unknown_.forget(text);
}

void Local::forget_login_record(std::string_view name) {
    const auto is_it = [&](const LoginNote& note) { return note.name == name; };
    logins_.forget_if(is_it);
    unknown_.forget_if(is_it);
}

void Local::forget_account_record(std::string_view record) {
    accounts_.forget(record);
}

void Local::clear() {
    logins_.clear();
    accounts_.clear();
    unknown_.clear();
}

Local::Counts Local::counts() const {
    return {.logins = logins_.size(),
            .accounts = accounts_.size(),
            .unknown = unknown_.size(),
            .bytes = logins_.bytes() + accounts_.bytes() + unknown_.bytes(),
            .evicted = logins_.evicted() + accounts_.evicted() + unknown_.evicted()};
}

}  // namespace postern::cache
