#include "cache/store.hpp"

#include <algorithm>

#include "cache/record_codec.hpp"
#include "crypto/random.hpp"

namespace postern::cache {

using identity::Source;

namespace {

// What an unknown login leaves in Redis, from the second time on.
constexpr std::chrono::milliseconds life_of_unknown = std::chrono::seconds(60);

bool has(const AccountRecord& record, const Verifier& verifier) {
    return std::ranges::find(record.accepted, verifier, &Accepted::verifier) !=
           record.accepted.end();
}

// Some password is accepted now that was not.
bool supersedes(const AccountRecord* before, const AccountRecord& now) {
    return std::ranges::any_of(now.accepted, [before](const auto& each) {
        return before == nullptr || !has(*before, each.verifier);
    });
}

// Some password is not accepted any more.
bool loses(const AccountRecord* before, const AccountRecord& now) {
    return before != nullptr && std::ranges::any_of(before->accepted, [&now](const auto& each) {
               return !has(now, each.verifier);
           });
}

}  // namespace

Store::Store(const StoreSettings& settings, Parts parts)
    : keys_(std::move(parts.keys)),
      rules_(settings.rules),
      fresh_for_(settings.local),
      local_(Local::limits(settings.entries, settings.bytes)),
      redis_(std::move(parts.redis)),
      log_(parts.log),
      executor_(parts.executor),
      clock_(std::move(parts.clock)),
      channel_("postern:" + parts.directory + ":changes"),
      sender_(crypto::random_id()),
      lost_(parts.lost->of(keys_.current.not_before_record())),
      next_word_(std::make_shared<net::Timer>(executor_)) {
    if (keys_.previous) lost_previous_ = parts.lost->of(keys_.previous->not_before_record());
    if (redis_) membership_ = std::make_unique<Membership>(*redis_, keys_.current, sender_);
}

net::Task<Store::Recall> Store::recall(const identity::Login& login, Redis::Wait wait) {
    Source source = Source::cache;
    if (!is_fresh(login) && co_await refresh(login, wait)) source = Source::redis;
    auto recall = snapshot(login);
    recall.source = source;
    if (!recall.account && keys_.previous && redis_ && redis_->is_up())
        recall.previous = co_await recall_previous(login, wait);
    co_return recall;
}

bool Store::is_fresh(const identity::Login& login) {
    if (!redis_ || !redis_->is_up()) return true;
    const auto oldest = now() - fresh_for_;
    const auto* note = local_.login(login.text());
    if (note == nullptr || note->looked < oldest) return false;
    if (note->account.empty()) return true;
    const auto* account = local_.account(note->account);
    return account != nullptr && account->looked >= oldest;
}

Store::Recall Store::snapshot(const identity::Login& login) {
    Recall recall;
    recall.read = now();
    recall.epoch = epoch_;
    recall.accounts_rose = accounts_seen_.rises();
    const auto* note = local_.login(login.text());
    if (note == nullptr) return recall;
    recall.login = note->record;
    recall.login_seen = logins_seen_.highest(note->name);
    if (note->account.empty()) return recall;
    recall.account_seen = accounts_seen_.highest(note->account);
    if (const auto* account = local_.account(note->account)) {
        recall.account = account->record;
        recall.witnessed = account->witnessed;
    }
    return recall;
}

// True: Redis knew more than we did.
net::Task<bool> Store::refresh(const identity::Login& login, Redis::Wait wait) {
    const auto& text = login.text();
    const auto epoch = epoch_;
    const auto* note = local_.login(text);
    const auto name = note != nullptr ? note->name : keys_.current.login_record(text);
    const auto expected = note != nullptr ? note->account : std::string();
    std::vector<std::string> names{name};
    if (!expected.empty()) names.push_back(expected);
    const auto answers = co_await redis_->get_all(std::move(names), wait);
    for (const auto& answer : answers)
        if (std::holds_alternative<NoAnswer>(answer) || epoch != epoch_) co_return false;
    bool learned = take_login(text, name, std::get<Redis::Found>(answers[0]));
    note = local_.login(text);
    const auto account = note != nullptr ? note->account : std::string();
    if (account.empty()) co_return learned;
    if (account == expected)
        co_return take_account(account, std::get<Redis::Found>(answers[1])) || learned;
    const auto answer = co_await redis_->get(account, wait);
    const auto* found = std::get_if<Redis::Found>(&answer);
    if (found == nullptr || epoch != epoch_) co_return learned;
    co_return take_account(account, *found) || learned;
}

// nullopt: not sealed by us under this name, or older than one that was seen before.
template <class Record>
std::optional<Record> Store::open(const Keys& keys, std::string_view name,
                                  std::string_view sealed) {
    const auto plain = keys.open(name, sealed);
    const auto& lost = &keys == &keys_.current ? lost_ : lost_previous_;
    if (!plain || lost->contains(std::string(name))) return std::nullopt;
    std::optional<Record> record;
    if constexpr (std::is_same_v<Record, AccountRecord>)
        record = decode_account(*plain);
    else
        record = decode_login(*plain);
    if (!record || is_from_the_future(record->generation, now())) return std::nullopt;
    if (!seen(static_cast<const Record*>(nullptr)).accepts(name, record->generation))
        return std::nullopt;
    return record;
}

template std::optional<AccountRecord> Store::open(const Keys&, std::string_view, std::string_view);
template std::optional<LoginRecord> Store::open(const Keys&, std::string_view, std::string_view);

bool Store::take_login(const std::string& login, const std::string& name,
                       const std::optional<std::string>& sealed) {
    auto* note = local_.login(login);
    auto record = sealed ? open<LoginRecord>(keys_.current, name, *sealed) : std::nullopt;
    if (!record || (note != nullptr && note->record.generation >= record->generation)) {
        if (note != nullptr) note->looked = now();
        return false;
    }
    auto account = record->account.empty() ? "" : keys_.current.account_record(record->account);
    local_.put_login(login, {*std::move(record), name, std::move(account), now()});
    return true;
}

bool Store::take_account(const std::string& name, const std::optional<std::string>& sealed) {
    auto* note = local_.account(name);
    auto record = sealed ? open<AccountRecord>(keys_.current, name, *sealed) : std::nullopt;
    if (!record || (note != nullptr && note->record.generation >= record->generation)) {
        if (note != nullptr) note->looked = now();
        return false;
    }
    const bool witnessed =
        note != nullptr && note->witnessed && !supersedes(&note->record, *record);
    local_.put_account(name, {*std::move(record), now(), witnessed});
    return true;
}

Question Store::question_of_login(const Recall& recall) const {
    return {recall.login ? std::max(recall.login->generation, recall.login_seen) : 0, recall.read};
}

// Of an account that was not in the Recall counts what was seen of it before that.
Question Store::question_of(std::string_view account, const Recall& recall) {
    const bool same = recall.account && recall.login && recall.login->account == account;
    if (same) return {std::max(recall.account->generation, recall.account_seen), recall.read};
    const auto name = keys_.current.account_record(account);
    const bool rose_since = accounts_seen_.rose(name) > recall.accounts_rose;
    return {rose_since ? 0 : accounts_seen_.highest(name), recall.read};
}

// A flush that came while the directory was asked may be about this very answer.
void Store::write_login(const identity::Login& login, const Recall& recall, LoginChange change) {
    if (recall.epoch != epoch_) return;
    const bool names_it = std::holds_alternative<Name>(change);
    const auto* note = local_.login(login.text());
    const bool second_time = note != nullptr;
    const bool was_somebodys = second_time && !note->record.account.empty();
    auto name = second_time ? note->name : keys_.current.login_record(login.text());
    const auto remember = [this, text = login.text(), name](const LoginRecord& record) {
        auto account = record.account.empty() ? "" : keys_.current.account_record(record.account);
        local_.put_login(text, {record, name, std::move(account), now()});
    };
    auto apply = login_apply(std::move(change));
    if (const auto next = apply(second_time ? &note->record : nullptr)) remember(*next);
    // A flood of invented logins is none of the others' business.
    const bool is_invented = !names_it && !was_somebodys;
    if (is_invented && (!second_time || !redis_ || !redis_->may_tell_of_nobody(life_of_unknown)))
        return;
    const auto written = [this, name, remember](const LoginRecord*, const LoginRecord& record) {
        if (is_last(name)) remember(record);
    };
    const auto life = names_it ? this->life() : life_of_unknown;
    write_behind<LoginRecord>(name, life, std::move(apply), written, false);
}

void Store::write_account(std::string_view account, const Recall& recall, Change change) {
    const bool confirmed = std::holds_alternative<Confirm>(change);
    if (confirmed && recall.epoch != epoch_) return;
    const auto name = keys_.current.account_record(account);
    // Somebody has written since the question was put: Redis tells what comes of the two.
    const auto base = question_of(account, recall).base;
    const bool is_contested = accounts_seen_.highest(name) > base;
    const auto* note = local_.account(name);
    // What was flushed, or made room, is known by its generation only.
    AccountRecord flushed;
    flushed.generation = flushed.confirmed = base;
    const auto* before = note != nullptr ? &note->record : base != 0 ? &flushed : nullptr;
    const bool witnessed = confirmed || (note != nullptr && note->witnessed);
    auto apply = account_apply(std::move(change));
    auto next = apply(before);
    const bool matters =
        before == nullptr || (next && (supersedes(before, *next) || loses(before, *next)));
    if (is_contested)
        local_.forget_account_record(name);
    else if (next)
        local_.put_account(name, {*std::move(next), now(), witnessed});
    write_behind<AccountRecord>(
        name, life(), std::move(apply),
        [this, name](const auto* was, const auto& written) { account_written(name, was, written); },
        matters);
}

// At one time, so that the same record comes of it here and in Redis.
Store::Apply<AccountRecord> Store::account_apply(Change change) {
    return [change = std::move(change), when = now(), rules = rules_](
               const AccountRecord* current) { return apply(current, change, when, rules); };
}

Store::Apply<LoginRecord> Store::login_apply(LoginChange change) {
    return [change = std::move(change), when = now(), rules = rules_](const LoginRecord* current) {
        return apply(current, change, when, rules);
    };
}

void Store::account_written(const std::string& name, const AccountRecord* before,
                            const AccountRecord& written) {
    const auto* note = local_.account(name);
    if (note != nullptr && note->record != written && is_last(name)) {
        const bool witnessed = note->witnessed && !supersedes(&note->record, written);
        local_.put_account(name, {written, now(), witnessed});
    }
    if (supersedes(before, written) || loses(before, written))
        publish("account " + name + " " + std::to_string(written.generation));
}

// Nothing else waits to be written of this record.
bool Store::is_last(const std::string& name) const {
    const auto queue = errands_.find(name);
    return queue == errands_.end() || queue->second.empty();
}

// As long as anything in it may still serve.
std::chrono::milliseconds Store::life() const {
    return std::max({rules_.positive, rules_.negative, rules_.stale}) + clock_tolerance;
}

}  // namespace postern::cache
