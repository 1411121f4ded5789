#include <algorithm>
#include <boost/asio/as_tuple.hpp>

#include "cache/store.hpp"
#include "crypto/random.hpp"
#include "observe/events.hpp"

// Who else is there, and has heard what this gateway has published.
namespace postern::cache {

namespace asio = net::asio;

namespace {

constexpr auto confirmed_within = std::chrono::seconds(1);
constexpr auto between_looks = std::chrono::milliseconds(5);

}  // namespace

// What one gateway publishes the others hear in that order: whoever answers has heard all of it.
net::Task<std::optional<Store::Heard>> Store::confirmations() {
    if (!redis_) co_return Heard();
    const auto others = co_await membership_->others();
    if (!others) co_return std::nullopt;
    const auto id = crypto::random_id();
    const auto asked = asked_.emplace(id, std::make_shared<Asked>()).first->second;
    const auto forget = [this, &id](void*) { asked_.erase(id); };
    const std::unique_ptr<void, decltype(forget)> at_end(this, forget);
    if (!co_await tell("confirm " + id)) co_return std::nullopt;
    const auto has_not = [&](const std::string& each) { return !asked->contains(each); };
    const auto deadline = net::Clock::now() + confirmed_within;
    while (std::ranges::any_of(*others, has_not) && net::Clock::now() < deadline)
        co_await net::sleep_for(between_looks);
    co_return Heard{static_cast<std::int64_t>(asked->size()) + 1,
                    std::ranges::count_if(*others, has_not)};
}

void Store::confirm(std::string_view question) {
    publish("confirmed " + std::string(question));
}

void Store::confirmed(std::string_view gateway, std::string_view question) {
    const auto asked = asked_.find(std::string(question));
    if (asked != asked_.end()) asked->second->emplace(gateway);
}

net::Task<> Store::stay(std::weak_ptr<Store> weak, std::shared_ptr<net::Timer> next) {
    net::Backoff backoff(between_tries, Membership::pause);
    for (auto store = weak.lock(); store && !store->closed_; store = weak.lock()) {
        if (!store->lost_->empty()) store->find_soon();  // a Store before this one left it
        const bool said = store->redis_->is_up() && co_await store->membership_->say_so();
        if (said) backoff.reset();
        next->expires_after(said ? Membership::pause : store->before_next_try(backoff));
        store.reset();
        co_await next->async_wait(asio::as_tuple(net::use_task));
    }
}

void Store::leave() {
    if (!membership_ || !redis_->is_up()) return;
    spawn([](std::shared_ptr<Store> store) -> net::Task<> {
        co_await store->membership_->leave();
    }(shared_from_this()));
}

}  // namespace postern::cache
