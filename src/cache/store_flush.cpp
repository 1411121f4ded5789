#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cache/record_codec.hpp"
#include "cache/store.hpp"
#include "crypto/secret.hpp"

// What is to be forgotten, here and everywhere.
namespace postern::cache {

namespace {

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

net::Task<bool> Store::flush(const identity::Login& login) {
    const auto known = co_await recall(login);
    const auto name = keys_.current.login_record(login.text());
    bool done = true;
    if (redis_) done = co_await write<LoginRecord>(name, life(), login_apply(Flush()), {});
    if (keys_.previous) co_await forget_previous(keys_.previous->login_record(login.text()));
    // Behind the write: somebody may have read the old one while it was under way.
    ++epoch_;
    local_.forget_login(login.text());
    done = co_await tell("login " + name) && done;
    auto account = known.login ? known.login->account : std::string();
    if (account.empty() && known.previous) account = known.previous->principal.name;
    if (account.empty()) co_return done;
    co_return co_await flush_account(account) && done;
}

net::Task<bool> Store::flush_account(std::string_view account) {
    const auto name = keys_.current.account_record(account);
    local_.forget_account_record(name);
    bool done = true;
    Generation generation = leaping_generation(accounts_seen_.highest(name), now());
    if (redis_)
        done = co_await write<AccountRecord>(
            name, life(), account_apply(Flush()),
            [&](const AccountRecord*, const AccountRecord& now) { generation = now.generation; });
    if (!done) lose(name);
    accounts_seen_.accepts(name, generation);
    local_.forget_account_record(name);
    if (keys_.previous) co_await forget_previous(keys_.previous->account_record(account));
    co_return co_await tell(fmt::format("account {} {}", name, generation)) && done;
}

void Store::account_changed(std::string_view account) {
    const auto name = keys_.current.account_record(account);
    local_.forget_account_record(name);
    accounts_seen_.accepts(name, leaping_generation(accounts_seen_.highest(name), now()));
    const auto written = [this, name](const AccountRecord*, const AccountRecord& record) {
        publish(fmt::format("account {} {}", name, record.generation));
    };
    write_behind<AccountRecord>(name, life(), account_apply(Flush()), written, true);
}

void Store::login_changed(const identity::Login& login) {
    const auto name = keys_.current.login_record(login.text());
    ++epoch_;
    local_.forget_login(login.text());
    const auto written = [this, name](const LoginRecord*, const LoginRecord&) {
        publish("login " + name);
    };
    write_behind<LoginRecord>(name, life(), login_apply(Flush()), written, false);
}

void Store::everything_changed() {
    doubt_everything();
    lose_everything();
}

net::Task<bool> Store::flush_all() {
    const auto when = now();
    flushed_at(when);
    forget_here();
    bool done = true;
    if (redis_) {
        const auto& name = keys_.current.not_before_record();
        const auto sealed = keys_.current.seal(name, encode_not_before(when));
        done = std::holds_alternative<Done>(co_await redis_->set(name, sealed, life()));
    }
    forget_here();
    co_return co_await tell(fmt::format("all {}", when.time_since_epoch().count())) && done;
}

void Store::doubt_everything() {
    flushed_at(now());
    forget_here();
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
    subscription_ = std::make_unique<RedisSubscription>(std::move(settings), std::vector{channel_},
                                                        std::move(handlers), name, log_, executor_);
    spawn(stay(weak, next_word_));
}

void Store::publish(std::string message) {
    spawn([](std::shared_ptr<Store> store, std::string what) -> net::Task<> {
        co_await store->tell(std::move(what));
    }(shared_from_this(), std::move(message)));
}

// Whoever can write to Redis can publish there; only we can sign.
net::Task<bool> Store::tell(std::string message) {
    if (!redis_) co_return true;
    const auto signed_part = sender_ + " " + message;
    const auto signature = keys_.current.counter("message", signed_part);
    const auto answer = co_await redis_->publish(channel_, signature + " " + signed_part);
    co_return std::holds_alternative<std::int64_t>(answer);
}

void Store::hear(std::string_view message) {
    const auto [signature, signed_part] = split(message);
    if (!crypto::constant_time_equal(signature, keys_.current.counter("message", signed_part)))
        return;
    const auto [sender, change] = split(signed_part);
    if (sender == sender_) return;
    const auto [kind, what] = split(change);
    if (kind == "all") {
        const auto flushed = number(what);
        if (!flushed) return;
        flushed_at(Time(std::chrono::milliseconds(static_cast<std::int64_t>(*flushed))));
        forget_here();
    } else if (kind == "login") {
        ++epoch_;
        local_.forget_login_record(what);
    } else if (kind == "account") {
        const auto [record, generation] = split(what);
        local_.forget_account_record(record);
        const auto newest = number(generation);
        if (newest && !is_from_the_future(*newest, now())) accounts_seen_.accepts(record, *newest);
    } else if (kind == "confirm") {
        confirm(what);
    } else if (kind == "confirmed") {
        confirmed(sender, what);
    }
}

// Messages may have been missed: nothing of before is believed until it is known when the directory
// was last flushed.
void Store::heard_nothing() {
    deaf_since_ = now();
    flushed_at(flushed_);
    forget_here();
    spawn([](std::shared_ptr<Store> store, std::uint64_t gap) -> net::Task<> {
        co_await store->read_not_before(gap);
    }(shared_from_this(), ++gaps_));
}

// One that neither key opens may hide a flush: then what was learned before now stays forgotten.
net::Task<> Store::read_not_before(std::uint64_t gap) {
    const auto& name = keys_.current.not_before_record();
    net::Backoff backoff(between_tries, longest_between_tries);
    while (gap == gaps_ && !closed_) {
        Answer<Redis::Found> answer;
        if (redis_->is_up()) answer = co_await redis_->get(name);
        const auto* found = std::get_if<Redis::Found>(&answer);
        if (found == nullptr) {
            co_await net::sleep_for(before_next_try(backoff));
            continue;
        }
        if (gap != gaps_) co_return;
        Time flushed;
        if (*found) {
            auto plain = keys_.current.open(name, **found);
            if (!plain && keys_.previous) plain = keys_.previous->open(name, **found);
            const auto when = plain ? decode_not_before(*plain) : std::nullopt;
            if (!when) co_return;
            flushed = *when;
        }
        deaf_since_ = Time();
        flushed_at(flushed);
        co_return;
    }
}

// Never earlier than it was, nor in the future, which a clock that is ahead may tell of.
void Store::flushed_at(Time when) {
    flushed_ = std::max(flushed_, std::min(when, now()));
    rules_.not_before = std::max(flushed_, deaf_since_);
}

void Store::forget_here() {
    local_.clear();
    ++epoch_;
}

void Store::close() {
    closed_ = true;
    next_word_->cancel();
    subscription_.reset();
    leave();
}

}  // namespace postern::cache
