#include "cache/login_change.hpp"

#include <algorithm>
#include <utility>

#include "cache/refusals.hpp"

namespace postern::cache {
namespace {

LoginRecord begun(const LoginRecord* current, Generation base, Time now) {
    LoginRecord next = current != nullptr ? *current : LoginRecord();
    next.generation = next_generation(next.generation, base, now);
    return next;
}

// What nobody has stays for a minute only: that it is gone says nothing.
bool too_late(const LoginRecord* current, const LoginChange& change, const Question& question) {
    if (current == nullptr) return question.base != 0 && !std::holds_alternative<Unknown>(change);
    return current->flushed > question.base;
}

const Question* question_of(const LoginChange& change) {
    return std::visit(
        [](const auto& answer) -> const Question* {
            if constexpr (requires { answer.question; })
                return &answer.question;
            else
                return nullptr;
        },
        change);
}

// What the record said of whose login it is, and what this answer says.
bool contradicts(const LoginRecord& record, const LoginChange& change) {
    if (const auto* name = std::get_if<Name>(&change))
        return record.unknown || (!record.account.empty() && record.account != name->account);
    if (std::holds_alternative<Unknown>(change))
        return !record.account.empty() || !record.refused.empty();
    return record.unknown;
}

// Refused for want of an account that others have found since: who knows.
bool is_outdated(const LoginRecord& record, const LoginChange& change) {
    return std::holds_alternative<RefuseUnnamed>(change) && !record.account.empty();
}

void write(LoginRecord& record, const Name& name) {
    const bool is_the_same = record.account == name.account;
    record.asked = std::max(name.question.asked, is_the_same ? record.asked : Time());
    record.account = name.account;
    record.unknown = false;
    record.refused.clear();
}

void write(LoginRecord& record, const Unknown& unknown) {
    record.asked = std::max(unknown.question.asked, record.unknown ? record.asked : Time());
    record.account.clear();
    record.refused.clear();
    record.unknown = true;
}

void write(LoginRecord& record, const RefuseUnnamed& refuse, const Rules& rules) {
    record.unknown = false;
    const auto asked = refuse.question.asked;
    remember(record.refused, {refuse.verifier, asked, asked, record.generation}, rules);
}

}  // namespace

LoginRecord login_tombstone(const LoginRecord* current, Time now) {
    LoginRecord next;
    next.generation = leaping_generation(current != nullptr ? current->generation : 0, now);
    next.flushed = next.generation;
    return next;
}

Update<LoginRecord> apply(const LoginRecord* current, const LoginChange& change, Time now,
                          const Rules& rules) {
    const auto* question = question_of(change);
    if (question == nullptr) return login_tombstone(current, now);
    if (too_late(current, change, *question)) return std::nullopt;
    auto next = begun(current, question->base, now);
    if (current != nullptr && current->generation > question->base) {
        if (contradicts(*current, change)) return login_tombstone(current, now);
        if (is_outdated(*current, change)) return std::nullopt;
    }
    if (const auto* name = std::get_if<Name>(&change)) write(next, *name);
    if (const auto* unknown = std::get_if<Unknown>(&change)) write(next, *unknown);
    if (const auto* refuse = std::get_if<RefuseUnnamed>(&change)) write(next, *refuse, rules);
    return next;
}

}  // namespace postern::cache
