#include "directory/cache_watch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "net/backoff.hpp"
#include "observe/events.hpp"

namespace postern::directory {

namespace asio = net::asio;
namespace events = observe::events;

// What one hears goes to the store, behind the back of whoever tells it.
class CacheWatch::Listener final : public Changes {
 public:
    Listener(std::shared_ptr<cache::Store> store, net::Executor executor)
        : store_(std::move(store)), executor_(executor) {}

    void account_changed(std::string_view name) override {
        asio::co_spawn(executor_, forget(store_, std::string(name)), asio::detached);
    }
    void everything_changed() override {
        asio::co_spawn(executor_, forget_all(store_), asio::detached);
    }
    // The first time nobody has missed anything but this process itself.
    void begun() override {
        if (has_begun_)
            everything_changed();
        else
            store_->forget_here();
        has_begun_ = heard_since_ = true;
    }

    static net::Task<> listen(std::shared_ptr<Directory> directory,
                              std::shared_ptr<Listener> listener, observe::Log& log,
                              std::string name) {
        net::Backoff pause;
        while (true) {
            std::exception_ptr lost;
            try {
                co_await directory->watch(*listener);
            } catch (...) {
                lost = std::current_exception();
            }
            if (co_await net::is_cancelled()) co_return;
            if (std::exchange(listener->heard_since_, false)) pause.reset();
            log.write(events::cache_deaf, {{"directory", name},
                                           {"why", lost ? observe::words_of(lost) : "it ended"}});
            co_await net::sleep_for(pause.next());
        }
    }

 private:
    static net::Task<> forget(std::shared_ptr<cache::Store> store, std::string account) {
        co_await store->flush_account(account);
    }
    static net::Task<> forget_all(std::shared_ptr<cache::Store> store) {
        co_await store->flush_all();
    }

    std::shared_ptr<cache::Store> store_;
    net::Executor executor_;
    bool has_begun_ = false, heard_since_ = false;
};

CacheWatch::CacheWatch(std::shared_ptr<Directory> directory, std::shared_ptr<cache::Store> store,
                       observe::Log& log, std::string name, net::Executor executor)
    : cancellation_(std::make_shared<asio::cancellation_signal>()) {
    auto listener = std::make_shared<Listener>(std::move(store), executor);
    auto listening = Listener::listen(std::move(directory), std::move(listener), log,
                                      std::move(name));
    // The handler keeps the signal alive as long as anything may emit it.
    asio::co_spawn(executor, std::move(listening),
                   asio::bind_cancellation_slot(
                       cancellation_->slot(),
                       [signal = cancellation_](const std::exception_ptr&) {}));
}

CacheWatch::~CacheWatch() {
    cancellation_->emit(asio::cancellation_type::terminal);
}

}  // namespace postern::directory
