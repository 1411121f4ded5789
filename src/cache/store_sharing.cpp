#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <charconv>

#include "cache/record_codec.hpp"
#include "cache/store.hpp"
#include "observe/events.hpp"

namespace postern::cache {

namespace {

namespace asio = net::asio;

constexpr int most_tries = 3;
// Beyond this Redis is slower than logins are; what it misses it will learn another time.
constexpr std::size_t most_writing = 4096;

// The word before the first space, and what is behind it.
std::pair<std::string_view, std::string_view> split(std::string_view text) {
    const auto space = text.find(' ');
    if (space == text.npos) return {text, {}};
    return {text.substr(0, space), text.substr(space + 1)};
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stopped != end || text.empty()) return std::nullopt;
    return value;
}

}  // namespace

// One after the other for each record, in the order in which the answers came: each is about what
// the one before it has written.
template <class Record>
void Store::write_behind(std::string name, std::chrono::milliseconds life, Apply<Record> apply,
                         Written<Record> written) {
    if (!redis_ || !redis_->is_up() || writing_ >= most_writing) return;
    ++writing_;
    const auto [queue, is_first] = errands_.try_emplace(name);
    queue->second.push_back([this, name, life, apply = std::move(apply),
                             written = std::move(written)] {
        return write<Record>(name, life, apply, written);
    });
    if (is_first)
        asio::co_spawn(executor_, run_errands(shared_from_this(), std::move(name)), asio::detached);
}

net::Task<> Store::run_errands(std::shared_ptr<Store> store, std::string record) {
    auto& queue = store->errands_.at(record);
    while (!queue.empty()) {
        const auto errand = std::move(queue.front());
        queue.pop_front();
        co_await errand();
        --store->writing_;
    }
    store->errands_.erase(record);
}

// Compare-and-set: whoever was faster is read again, and when that happens time and again nothing
// of it stays. True: it stands in Redis, or nothing had to be written.
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
        if (!plain) co_return false;
        const auto outcome =
            co_await redis_->replace(name, *sealed, keys_.current.seal(name, *plain), life);
        const auto* replacement = std::get_if<Replacement>(&outcome);
        if (replacement == nullptr) co_return false;
        if (*replacement == Replacement::conflict) continue;
        generations_.accepts(name, next->generation);
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
    generations_.accepts(name, nothing.generation);
    if (written) written(current ? &*current : nullptr, nothing);
    co_return std::holds_alternative<Done>(outcome);
}

template void Store::write_behind(std::string, std::chrono::milliseconds, Apply<AccountRecord>,
                                  Written<AccountRecord>);
template void Store::write_behind(std::string, std::chrono::milliseconds, Apply<LoginRecord>,
                                  Written<LoginRecord>);

net::Task<std::optional<std::int64_t>> Store::flush(const identity::Login& login) {
    const auto known = co_await recall(login);
    const auto name = keys_.current.login_record(login.text());
    ++epoch_;
    local_.forget_login(login.text());
    bool done = true;
    if (redis_)
        done = co_await write<LoginRecord>(name, life(), login_apply(Flush()), {});
    if (keys_.previous) co_await forget_previous(keys_.previous->login_record(login.text()));
    auto told = co_await tell("login " + name);
    if (!done) told = std::nullopt;
    auto account = known.login ? known.login->account : std::string();
    if (account.empty() && known.previous) account = known.previous->principal.name;
    if (account.empty()) co_return told;
    const auto account_told = co_await flush_account(account);
    co_return told && account_told ? account_told : std::nullopt;
}

net::Task<std::optional<std::int64_t>> Store::flush_account(std::string_view account) {
    const auto name = keys_.current.account_record(account);
    ++epoch_;
    local_.forget_account_record(name);
    bool done = true;
    std::uint64_t generation = 0;
    if (redis_)
        done = co_await write<AccountRecord>(
            name, life(), account_apply(Flush()),
            [&](const AccountRecord*, const AccountRecord& now) { generation = now.generation; });
    if (keys_.previous) co_await forget_previous(keys_.previous->account_record(account));
    const auto told = co_await tell(fmt::format("account {} {}", name, generation));
    co_return done ? told : std::nullopt;
}

net::Task<std::optional<std::int64_t>> Store::flush_all() {
    const auto flushed = now();
    rules_.not_before = flushed;
    forget_here();
    bool done = true;
    if (redis_) {
        const auto& name = keys_.current.not_before_record();
        const auto sealed = keys_.current.seal(name, encode_not_before(flushed));
        done = std::holds_alternative<Done>(co_await redis_->set(name, sealed, life()));
    }
    const auto told =
        co_await tell(fmt::format("all {}", flushed.time_since_epoch().count()));
    co_return done ? told : std::nullopt;
}

void Store::subscribe(std::shared_ptr<const RedisSettings> settings, const std::string& name) {
    const std::weak_ptr<Store> weak = shared_from_this();
    RedisSubscription::Handlers handlers;
    handlers.on_message = [weak](std::string_view, std::string_view message) {
        if (const auto store = weak.lock()) store->hear(message);
    };
    handlers.on_gap = [weak] {
        if (const auto store = weak.lock()) store->heard_nothing();
    };
    subscription_ = std::make_unique<RedisSubscription>(std::move(settings),
                                                        std::vector{channel_}, std::move(handlers),
                                                        name, log_, executor_);
}

void Store::publish(std::string message) {
    asio::co_spawn(
        executor_,
        [](std::shared_ptr<Store> store, std::string what) -> net::Task<> {
            co_await store->tell(std::move(what));
        }(shared_from_this(), std::move(message)),
        asio::detached);
}

net::Task<std::optional<std::int64_t>> Store::tell(std::string message) {
    if (!redis_) co_return 0;
    const auto answer = co_await redis_->publish(channel_, sender_ + " " + message);
    const auto* reached = std::get_if<std::int64_t>(&answer);
    if (reached == nullptr) co_return std::nullopt;
    co_return *reached;
}

// Whoever forges a message makes us ask the directory more often, and nothing else.
void Store::hear(std::string_view message) {
    const auto [sender, change] = split(message);
    if (sender == sender_) return;
    const auto [kind, what] = split(change);
    if (kind == "all") {
        const auto flushed = number(what);
        if (!flushed) return;
        const Time when{std::chrono::milliseconds(static_cast<std::int64_t>(*flushed))};
        rules_.not_before = std::max(rules_.not_before, std::min(when, now()));
        forget_here();
    } else if (kind == "login") {
        ++epoch_;
        local_.forget_login_record(what);
    } else if (kind == "account") {
        ++epoch_;
        const auto [record, generation] = split(what);
        local_.forget_account_record(record);
        const auto seen = number(generation);
        if (seen && !is_from_the_future(*seen, now())) generations_.accepts(record, *seen);
    }
}

// Messages may have been missed: nothing of before is believed until it is known when the directory
// was last flushed.
void Store::heard_nothing() {
    const auto known = rules_.not_before;
    rules_.not_before = now();
    forget_here();
    asio::co_spawn(
        executor_,
        [](std::shared_ptr<Store> store, Time not_before) -> net::Task<> {
            co_await store->read_not_before(not_before);
        }(shared_from_this(), known),
        asio::detached);
}

net::Task<> Store::read_not_before(Time known) {
    std::vector<const Keys*> all{&keys_.current};
    if (keys_.previous) all.push_back(&*keys_.previous);
    for (const auto* keys : all) {
        const auto& name = keys->not_before_record();
        const auto answer = co_await redis_->get(name);
        const auto* found = std::get_if<Redis::Found>(&answer);
        if (found == nullptr) co_return;
        const auto plain = *found ? keys->open(name, **found) : std::nullopt;
        const auto flushed = plain ? decode_not_before(*plain) : std::nullopt;
        known = std::max(known, std::min(flushed.value_or(Time()), now()));
    }
    rules_.not_before = known;
}

void Store::forget_here() {
    local_.clear();
    ++epoch_;
}

void Store::forget_account_here(std::string_view account) {
    local_.forget_account_record(keys_.current.account_record(account));
    ++epoch_;
}

}  // namespace postern::cache
