#include "directory/cache_watch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include "net/backoff.hpp"
#include "observe/events.hpp"

namespace postern::directory {

namespace asio = net::asio;
namespace events = observe::events;

// What one hears goes to the store, behind the back of whoever tells it.
class CacheWatch::Listener final : public Changes {
 public:
    explicit Listener(std::shared_ptr<cache::Store> store) : store_(std::move(store)) {}

    void account_changed(std::string_view name) override { store_->account_changed(name); }
    void everything_changed() override { store_->everything_changed(); }
    // The first time nobody has missed anything but this process itself, which was not there.
    void begun() override {
        if (has_begun_)
            store_->everything_changed();
        else
            store_->doubt_everything();
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
            log.write(events::cache_deaf,
                      {{"directory", name}, {"why", lost ? observe::words_of(lost) : "it ended"}});
            co_await net::sleep_for(pause.next());
        }
    }

 private:
    std::shared_ptr<cache::Store> store_;
    bool has_begun_ = false, heard_since_ = false;
};

CacheWatch::CacheWatch(std::shared_ptr<Directory> directory, std::shared_ptr<cache::Store> store,
                       observe::Log& log, std::string name, net::Executor executor)
    : cancellation_(std::make_shared<asio::cancellation_signal>()) {
    auto listener = std::make_shared<Listener>(std::move(store));
    auto listening =
        Listener::listen(std::move(directory), std::move(listener), log, std::move(name));
    // The handler keeps the signal alive as long as anything may emit it.
    asio::co_spawn(
        executor, std::move(listening),
        asio::bind_cancellation_slot(cancellation_->slot(),
                                     [signal = cancellation_](const std::exception_ptr&) {}));
}

CacheWatch::~CacheWatch() {
    cancellation_->emit(asio::cancellation_type::terminal);
}

}  // namespace postern::directory
