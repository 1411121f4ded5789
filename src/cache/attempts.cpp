#include "cache/attempts.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <optional>
#include <utility>

#include "cache/redis_command.hpp"
#include "cache/wall_clock.hpp"

namespace postern::cache {

namespace asio = net::asio;

namespace {

// Beyond this Redis is slower than attempts end; what it misses it is told another time.
constexpr std::size_t most_under_way = 4096;
// An attempt that has not ended by then was a gateway's that did.
constexpr std::chrono::seconds longest_attempt = std::chrono::hours(2);

// Sorted sets of attempts: one that has failed at -1, one that is under way at the second in which
// it began.

// Attempt, places, now, window in milliseconds. -1: it has a place from now on; -2: it had one;
// otherwise there is none, and so many have failed.
const RedisScript& enter_script() {
    static const RedisScript script(R"lua(
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return -2 end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
  return redis.call('ZCOUNT', KEYS[1], -1, -1)
end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return -1
)lua");
    return script;
}

// Window in milliseconds, attempts.
const RedisScript& fail_script() {
    static const RedisScript script(R"lua(
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], -1, ARGV[i]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
)lua");
    return script;
}

// Attempt.
const RedisScript& leave_script() {
    static const RedisScript script("return redis.call('ZREM', KEYS[1], ARGV[1])");
    return script;
}

// Attempt, and when those must have begun that may still be under way.
const RedisScript& succeed_script() {
    static const RedisScript script(R"lua(
redis.call('ZREM', KEYS[1], ARGV[1])
return redis.call('ZREMRANGEBYSCORE', KEYS[1], -1, ARGV[2])
)lua");
    return script;
}

std::int64_t seconds_now() {
    return std::chrono::floor<std::chrono::seconds>(wall_clock()).time_since_epoch().count();
}

Place place_of(std::int64_t answer) {
    if (answer == -1) return {Place::Kind::taken};
    if (answer == -2) return {Place::Kind::kept};
    return {Place::Kind::none, answer < 0 ? 0 : static_cast<std::uint64_t>(answer)};
}

}  // namespace

std::vector<const RedisScript*> Attempts::scripts() {
    return {&enter_script(), &fail_script(), &leave_script(), &succeed_script()};
}

net::Task<std::vector<Place>> Attempts::enter(std::vector<Wanted> wanted, std::string attempt,
                                              Window window, Redis::Wait wait) {
    std::vector<Place> places;
    for (const auto& [name, most] : wanted)
        places.push_back(local_.enter(name, most, attempt, window, net::Clock::now()));
    if (!is_shared()) co_return places;
    std::vector<Redis::Call> calls;
    std::vector<std::optional<std::size_t>> answered_at;
    const auto now = std::to_string(seconds_now()), life = std::to_string(window.count());
    for (const auto& [name, most] : wanted) {
        auto& at = answered_at.emplace_back();
        if (local_.is_kept(name, attempt)) continue;  // its place is here
        if (auto failed = local_.take_untold(name); !failed.empty())
            calls.push_back(call_fail(name, std::move(failed), window));
        at = calls.size();
        const auto places_there = most - std::min(most, local_.kept(name));
        calls.push_back(
            {enter_script(), key(name), {attempt, std::to_string(places_there), now, life}});
    }
    if (calls.empty()) co_return places;
    const auto answers = co_await redis_->call_all(std::move(calls), std::move(wait));
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!answered_at[i]) continue;
        const auto* answer = std::get_if<std::int64_t>(&answers[*answered_at[i]]);
        if (answer == nullptr) {
            local_.mark_untold(wanted[i].name);
            continue;
        }
        const bool had_it = places[i].kind == Place::Kind::kept;
        places[i] = place_of(*answer);
        if (places[i].is_had()) continue;
        places[i].failed += local_.kept(wanted[i].name);
        if (!had_it) local_.leave(wanted[i].name, attempt);
    }
    co_return places;
}

void Attempts::fail(const std::string& name, const std::string& attempt, Window window) {
    local_.fail(name, attempt, window, net::Clock::now());
    tell_failed(name, attempt, window);
}

void Attempts::fail_unnamed(const std::string& name, const std::string& attempt, Window window) {
    local_.fail(name, attempt, window, net::Clock::now());
    tell_or_keep(name, attempt, window);
}

void Attempts::fail_untold(const std::string& name, const std::string& attempt, Window window) {
    local_.fail(name, attempt, window, net::Clock::now());
    local_.mark_untold(name);
}

void Attempts::fail_as_nobody(const std::string& name, const std::string& attempt,
                              const std::string& counted_as, Window window) {
    const bool is_one_more = local_.fail(name, counted_as, window, net::Clock::now());
    if (attempt != counted_as) leave(name, attempt);
    if (is_one_more)
        tell_or_keep(name, counted_as, window);
    else
        keep(name, counted_as);
}

void Attempts::tell_or_keep(const std::string& name, const std::string& attempt, Window window) {
    if (redis_ && redis_->may_tell_of_nobody(window))
        tell_failed(name, attempt, window);
    else
        keep(name, attempt);
}

// It gives the place back that it may have over there.
void Attempts::keep(const std::string& name, const std::string& attempt) {
    local_.keep(name, attempt);
    send({leave_script(), key(name), {attempt}});
}

// With those that were kept so far.
void Attempts::tell_failed(const std::string& name, const std::string& attempt, Window window) {
    auto failed = local_.take_kept(name);
    failed.push_back(attempt);
    send(call_fail(name, std::move(failed), window), name);
}

void Attempts::leave(const std::string& name, const std::string& attempt) {
    local_.leave(name, attempt);
    send({leave_script(), key(name), {attempt}});
}

void Attempts::succeed(const std::string& name, const std::string& attempt) {
    local_.succeed(name, attempt);
    const auto begun = seconds_now() - longest_attempt.count();
    send({succeed_script(), key(name), {attempt, std::to_string(begun)}});
}

Redis::Call Attempts::call_fail(const std::string& name, std::vector<std::string> attempts,
                                Window window) const {
    attempts.insert(attempts.begin(), std::to_string(window.count()));
    return {fail_script(), key(name), std::move(attempts)};
}

// `failed_name`: if that does not arrive, it is told when somebody wants a place there again.
void Attempts::send(Redis::Call call, const std::string& failed_name) {
    if (!is_shared() || under_way_ >= most_under_way) {
        local_.mark_untold(failed_name);
        return;
    }
    ++under_way_;
    auto task = [](std::shared_ptr<Attempts> attempts, Redis::Call its_call,
                   std::string name) -> net::Task<> {
        co_await attempts->tell(std::move(its_call), std::move(name));
    };
    asio::co_spawn(executor_, task(shared_from_this(), std::move(call), failed_name),
                   asio::detached);
}

net::Task<> Attempts::tell(Redis::Call call, std::string failed_name) {
    bool told = false;
    try {
        std::vector<Redis::Call> calls;
        calls.push_back(std::move(call));
        const auto answers = co_await redis_->call_all(std::move(calls));
        told = std::holds_alternative<std::int64_t>(answers.front());
    } catch (const std::exception&) {  // then each gateway counts for itself
    }
    if (!told) local_.mark_untold(failed_name);
    --under_way_;
}

}  // namespace postern::cache
