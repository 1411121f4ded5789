#include "directory/cache_watch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "net/backoff.hpp"
#include "observe/events.hpp"

namespace postern::directory {

namespace asio = net::asio;
namespace events = observe::events;
using namespace std::chrono_literals;

namespace {

// More accounts than these at a time are forgotten like everybody else: Redis is asked about each.
constexpr std::size_t most_accounts = 100;

}  // namespace

// What one hears goes to the store, behind the back of whoever tells it. What Redis does not take
// is kept until it does.
class CacheWatch::Listener final : public Changes, public std::enable_shared_from_this<Listener> {
 public:
    Listener(std::shared_ptr<cache::Store> store, net::Executor executor)
        : store_(std::move(store)), executor_(executor), pause_(executor) {}

    void account_changed(std::string_view name) override {
        if (accounts_.size() >= most_accounts) return everything_changed();
        store_->forget_account_here(name);
        accounts_.emplace(name);
        forget_soon();
    }
    void everything_changed() override {
        store_->forget_here();
        accounts_.clear();
        everything_ = true;
        forget_soon();
    }
    // The first time nobody has missed anything but this process itself.
    void begun() override {
        if (has_begun_)
            everything_changed();
        else
            store_->forget_here();
        has_begun_ = heard_since_ = true;
    }
    void close() {
        closed_ = true;
        pause_.cancel();
    }

    static net::Task<> listen(std::shared_ptr<Directory> directory,
                              std::shared_ptr<Listener> listener, observe::Log& log,
                              std::string name) {
        net::Backoff backoff;
        while (true) {
            std::exception_ptr lost;
            try {
                co_await directory->watch(*listener);
            } catch (...) {
                lost = std::current_exception();
            }
            if (co_await net::is_cancelled()) co_return;
            if (std::exchange(listener->heard_since_, false)) backoff.reset();
            log.write(events::cache_deaf,
                      {{"directory", name}, {"why", lost ? observe::words_of(lost) : "it ended"}});
            co_await net::sleep_for(backoff.next());
        }
    }

 private:
    void forget_soon() {
        if (std::exchange(forgets_, true)) return;
        asio::co_spawn(executor_, forget(shared_from_this()),
                       [self = shared_from_this()](const std::exception_ptr& failure) {
                           if (failure) self->forgets_ = false;
                       });
    }
    static net::Task<> forget(std::shared_ptr<Listener> self) {
        net::Backoff backoff(100ms, 5s);
        while (!self->closed_ && (self->everything_ || !self->accounts_.empty())) {
            if (co_await self->forget_next())
                backoff.reset();
            else
                co_await self->wait_for_redis(backoff);
        }
        self->forgets_ = false;
    }
    net::Task<bool> forget_next() {
        if (std::exchange(everything_, false)) {
            const bool done = (co_await store_->flush_all()).has_value();
            if (!done) everything_ = true;
            co_return done;
        }
        const auto account = accounts_.extract(accounts_.begin()).value();
        const bool done = (co_await store_->flush_account(account)).has_value();
        if (!done && !everything_) accounts_.insert(account);
        co_return done;
    }
    net::Task<> wait_for_redis(net::Backoff& backoff) {
        do {
            pause_.expires_after(backoff.next());
            co_await pause_.async_wait(asio::as_tuple(net::use_task));
        } while (!closed_ && !store_->redis()->is_up());
    }

    std::shared_ptr<cache::Store> store_;
    net::Executor executor_;
    net::Timer pause_;
    std::set<std::string, std::less<>> accounts_;  // to be forgotten
    bool everything_ = false;                      // is to be
    bool forgets_ = false, closed_ = false;
    bool has_begun_ = false, heard_since_ = false;
};

CacheWatch::CacheWatch(std::shared_ptr<Directory> directory, std::shared_ptr<cache::Store> store,
                       observe::Log& log, std::string name, net::Executor executor)
    : listener_(std::make_shared<Listener>(std::move(store), executor)),
      cancellation_(std::make_shared<asio::cancellation_signal>()) {
    auto listening = Listener::listen(std::move(directory), listener_, log, std::move(name));
    // The handler keeps the signal alive as long as anything may emit it.
    asio::co_spawn(
        executor, std::move(listening),
        asio::bind_cancellation_slot(cancellation_->slot(),
                                     [signal = cancellation_](const std::exception_ptr&) {}));
}

CacheWatch::~CacheWatch() {
    listener_->close();
    cancellation_->emit(asio::cancellation_type::terminal);
}

}  // namespace postern::directory
