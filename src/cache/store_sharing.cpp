#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>

#include "cache/record_codec.hpp"
#include "cache/store.hpp"
#include "observe/events.hpp"

namespace postern::cache {

namespace {

namespace asio = net::asio;

constexpr int most_tries = 3;
// Beyond this Redis is slower than logins are; what it misses it will learn another time.
constexpr std::size_t most_writing = 4096;
constexpr std::size_t most_of_a_record = 16;

}  // namespace

// One after the other for each record, in the order in which the answers came: each is about what
// the one before it has written.
template <class Record>
void Store::write_behind(std::string name, std::chrono::milliseconds life, Apply<Record> apply,
                         Written<Record> written, bool matters) {
    if (!redis_) return;
    const auto queue = errands_.find(name);
    const bool is_first = queue == errands_.end();
    if (!redis_->is_up() || writing_ >= most_writing ||
        (!is_first && queue->second.size() >= most_of_a_record)) {
        if (matters) lose(name);
        return;
    }
    ++writing_;
    auto write_it = [this, name, life, apply = std::move(apply), written = std::move(written)] {
        return write<Record>(name, life, apply, written);
    };
    errands_[name].push_back({std::move(write_it), matters});
    if (is_first) spawn(run_errands(shared_from_this(), std::move(name)));
}

net::Task<> Store::run_errands(std::shared_ptr<Store> store, std::string record) {
    auto& queue = store->errands_.at(record);
    while (!queue.empty()) {
        const auto errand = std::move(queue.front());
        queue.pop_front();
        bool done = false;
        try {
            done = co_await errand.write();
        } catch (const std::exception& error) {
            store->log_.write(observe::events::cache_fault, {{"why", error.what()}});
        }
        --store->writing_;
        if (!done && errand.matters) store->lose(record);
    }
    store->errands_.erase(record);
}

// What is not up is looked at often, for that costs nothing.
net::Backoff::Duration Store::before_next_try(net::Backoff& backoff) const {
    return redis_->is_up() ? backoff.next() : between_tries;
}

// Nobody waits for it: what it throws is told to the log.
void Store::spawn(net::Task<> task) {
    asio::co_spawn(executor_, std::move(task), [&log = log_](const std::exception_ptr& fault) {
        if (fault) log.write(observe::events::cache_fault, {{"why", observe::words_of(fault)}});
    });
}

void Store::lose(const std::string& account_record) {
    if (!redis_) return;
    lost_->add(account_record);
    find_soon();
}

void Store::lose_everything() {
    if (!redis_) return;
    lost_->add_all();
    find_soon();
}

void Store::find_soon() {
    if (std::exchange(finding_, true)) return;
    spawn(find_again(shared_from_this()));
}

net::Task<> Store::find_again(std::shared_ptr<Store> store) {
    net::Backoff backoff(between_tries, longest_between_tries);
    while (!store->closed_ && !store->lost_->empty()) {
        bool done = false;
        try {
            done = store->redis_->is_up() && co_await store->find_next();
        } catch (const std::exception& error) {
            store->log_.write(observe::events::cache_fault, {{"why", error.what()}});
            store->lost_->add_all();
        }
        if (done)
            backoff.reset();
        else
            co_await net::sleep_for(store->before_next_try(backoff));
    }
    store->finding_ = false;
}

net::Task<bool> Store::find_next() {
    if (auto record = lost_->one()) co_return co_await blank(*std::move(record));
    if (!lost_->all()) co_return true;  // another Store of this directory was there first
    // What is lost while this is under way is lost behind it.
    lost_->clear();
    if (co_await flush_all()) co_return true;
    lost_->add_all();
    co_return false;
}

// Whatever stands there now: the next login asks.
net::Task<bool> Store::blank(std::string account_record) {
    AccountRecord before;
    before.generation = accounts_seen_.highest(account_record);
    const auto nothing = tombstone(&before, now());
    const auto sealed = keys_.current.seal(account_record, encode(nothing).value());
    const auto answer = co_await redis_->set(account_record, sealed, life());
    if (!std::holds_alternative<Done>(answer)) co_return false;
    accounts_seen_.accepts(account_record, nothing.generation);
    lost_->remove(account_record);
    local_.forget_account_record(account_record);
    co_await tell(fmt::format("account {} {}", account_record, nothing.generation));
    co_return true;
}

// Compare-and-set: whoever was faster is read again. When that happens time and again, or the
// record would be too long, nothing of it stays. True: it stands in Redis, or nothing had to be
// written.
template <class Record>
net::Task<bool> Store::write(std::string name, std::chrono::milliseconds life, Apply<Record> apply,
                             Written<Record> written) {
    std::optional<Record> current;
    for (int tries = 0; tries < most_tries; ++tries) {
        const auto got = co_await redis_->get(name);
        const auto* sealed = std::get_if<Redis::Found>(&got);
        if (sealed == nullptr) co_return false;
        current = *sealed ? open<Record>(keys_.current, name, **sealed) : std::nullopt;
        const auto* before = current ? &*current : nullptr;
        const auto next = apply(before);
        if (!next) co_return true;
        const auto plain = encode(*next);
        if (!plain) break;  // more than a record may hold
        const auto outcome =
            co_await redis_->replace(name, *sealed, keys_.current.seal(name, *plain), life);
        const auto* replacement = std::get_if<Replacement>(&outcome);
        if (replacement == nullptr) co_return false;
        if (*replacement == Replacement::conflict) continue;
        seen(before).accepts(name, next->generation);
        if (written) written(before, *next);
        co_return true;
    }
    Record nothing;
    if constexpr (std::is_same_v<Record, AccountRecord>)
        nothing = tombstone(current ? &*current : nullptr, now());
    else
        nothing = login_tombstone(current ? &*current : nullptr, now());
    const auto plain = encode(nothing);
    const auto outcome = co_await redis_->set(name, keys_.current.seal(name, plain.value()), life);
    seen(&nothing).accepts(name, nothing.generation);
    if (written) written(current ? &*current : nullptr, nothing);
    co_return std::holds_alternative<Done>(outcome);
}

template net::Task<bool> Store::write(std::string, std::chrono::milliseconds, Apply<AccountRecord>,
                                      Written<AccountRecord>);
template net::Task<bool> Store::write(std::string, std::chrono::milliseconds, Apply<LoginRecord>,
                                      Written<LoginRecord>);
template void Store::write_behind(std::string, std::chrono::milliseconds, Apply<AccountRecord>,
                                  Written<AccountRecord>, bool);
template void Store::write_behind(std::string, std::chrono::milliseconds, Apply<LoginRecord>,
                                  Written<LoginRecord>, bool);

}  // namespace postern::cache
