#include "cache/counters.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace postern::cache {

namespace {

namespace asio = net::asio;

// Beyond this Redis is slower than failures come; then each gateway counts for itself.
constexpr std::size_t most_under_way = 4096;
// Names that are forgotten at once.
constexpr std::size_t at_once = 256;

net::Task<> count_there(Redis& redis, std::string_view key, std::chrono::milliseconds window,
                        std::int64_t amount) {
    co_await redis.count(key, window, amount);
}

net::Task<> forget_there(Redis& redis, std::string_view key) {
    co_await redis.remove(key);
}

}  // namespace

net::Task<std::vector<std::uint64_t>> Counters::read(std::vector<std::string> names,
                                                     Redis::Wait wait) {
    std::vector<std::uint64_t> counts;
    counts.reserve(names.size());
    for (const auto& name : names)
        counts.push_back(local_->read(name, net::Clock::now()));
    if (!redis_ || !redis_->is_up()) co_return counts;
    std::vector<std::string> keys;
    keys.reserve(names.size());
    for (const auto& name : names)
        keys.push_back(keys_.counter(purpose_, name));
    const auto answers = co_await redis_->counts(std::move(keys), std::move(wait));
    // What is under way is not in there yet.
    const bool is_all = under_way_ == 0;
    for (std::size_t i = 0; i < counts.size() && i < answers.size(); ++i)
        if (const auto* shared = std::get_if<std::int64_t>(&answers[i])) {
            const auto there = static_cast<std::uint64_t>(std::max<std::int64_t>(*shared, 0)) +
                               local_->kept(names[i], net::Clock::now());
            counts[i] = is_all ? there : std::max(counts[i], there);
        }
    co_return counts;
}

void Counters::count(const std::string& name, std::chrono::milliseconds window) {
    local_->count(name, window, net::Clock::now());
    tell_counted(name, window);
}

void Counters::count_as_nobody(const std::string& name, std::chrono::milliseconds window) {
    const bool is_one_more = local_->count(name, window, net::Clock::now()) > 1;
    if (is_one_more && redis_ && redis_->may_tell_of_nobody(window))
        tell_counted(name, window);
    else
        local_->keep(name);
}

// With those that were kept so far.
void Counters::tell_counted(const std::string& name, std::chrono::milliseconds window) {
    const auto amount = static_cast<std::int64_t>(local_->take_kept(name)) + 1;
    send(name, [window, amount](Redis& redis, std::string_view key) {
        return count_there(redis, key, window, amount);
    });
}

void Counters::forget(const std::string& name) {
    local_->forget(name);
    send(name, [](Redis& redis, std::string_view key) { return forget_there(redis, key); });
}

net::Task<bool> Counters::forget_everywhere(std::vector<std::string> names) {
    for (const auto& name : names)
        local_->forget(name);
    if (!redis_) co_return true;
    if (!redis_->is_up()) co_return false;
    for (auto& name : names)
        name = keys_.counter(purpose_, name);
    for (std::size_t i = 0; i < names.size(); i += at_once) {
        const auto end =
            names.begin() + static_cast<std::ptrdiff_t>(std::min(i + at_once, names.size()));
        const auto answers =
            co_await redis_->remove_all({names.begin() + static_cast<std::ptrdiff_t>(i), end});
        for (const auto& answer : answers)
            if (std::holds_alternative<NoAnswer>(answer)) co_return false;
    }
    co_return true;
}

void Counters::send(const std::string& name, Errand errand) {
    if (!redis_ || !redis_->is_up() || under_way_ >= most_under_way) return;
    auto task = [](std::shared_ptr<Counters> counters, std::string key,
                   Errand its_errand) -> net::Task<> {
        try {
            co_await its_errand(*counters->redis_, key);
        } catch (const std::exception&) {  // then each gateway counts for itself
        }
        --counters->under_way_;
    };
    ++under_way_;
    asio::co_spawn(executor_,
                   task(shared_from_this(), keys_.counter(purpose_, name), std::move(errand)),
                   asio::detached);
}

}  // namespace postern::cache
