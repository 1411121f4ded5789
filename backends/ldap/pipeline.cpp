#include "ldap/pipeline.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "net/within.hpp"

namespace postern::ldap {

namespace asio = net::asio;
using boost::system::system_error;

struct Pipeline::Waiter {
    explicit Waiter(net::Executor executor) : answered(executor, net::Deadline::max()) {}
    net::Timer answered;  // cancelled: there is a message, or a failure
    std::optional<Message> message;
};

// A waiter is known as long as its coroutine exists.
class Pipeline::Place {
 public:
    Place(Pipeline& pipeline, int id, Waiter& waiter)
        : pipeline_(pipeline), id_(id), waiter_(waiter) {
        pipeline_.waiters_[id] = &waiter;
        pipeline_.something_to_write_.cancel();
    }
    ~Place() {
        pipeline_.waiters_.erase(id_);
        if (waiter_.message || pipeline_.failure_) return;
        pipeline_.connection_->codec().abandon(id_);
        pipeline_.something_to_write_.cancel();
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

 private:
    Pipeline& pipeline_;
    int id_;
    Waiter& waiter_;
};

Pipeline::Pipeline(std::unique_ptr<Connection> connection, net::Executor executor)
    : connection_(std::move(connection)),
      something_to_write_(executor, net::Deadline::max()),
      heard_(net::Clock::now()) {}

void Pipeline::start() {
    auto self = shared_from_this();
    asio::co_spawn(something_to_write_.get_executor(), run(self),
                   [self](const std::exception_ptr& failure) { self->fail(failure); });
}

net::Task<> Pipeline::run(std::shared_ptr<Pipeline> self) {
    co_await net::both(self->read(), self->write());
}

net::Task<> Pipeline::read() {
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        const auto got = co_await connection_->stream().read_some(asio::buffer(buffer));
        if (got == 0) throw system_error(asio::error::eof);
        heard_ = net::Clock::now();
        auto& codec = connection_->codec();
        codec.feed({buffer.data(), got});
        while (auto message = codec.next()) {
            const auto waiter = waiters_.find(message->id);
            if (waiter == waiters_.end()) continue;
            waiter->second->message = std::move(message);
            waiter->second->answered.cancel();
        }
    }
}

net::Task<> Pipeline::write() {
    for (;;) {
        const auto octets = connection_->codec().take_output();
        if (!octets.empty()) {
            co_await connection_->stream().write(octets);
            continue;
        }
        something_to_write_.expires_at(net::Deadline::max());
        co_await something_to_write_.async_wait(asio::as_tuple(net::use_task));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw system_error(asio::error::operation_aborted);
    }
}

net::Task<Message> Pipeline::search(Search search) {
    const auto self = shared_from_this();
    if (failure_) std::rethrow_exception(failure_);
    asked_ = net::Clock::now();
    Waiter waiter(co_await net::this_executor());
    const Place place(*this, connection_->codec().search(search), waiter);
    while (!waiter.message) {
        co_await waiter.answered.async_wait(asio::as_tuple(net::use_task));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw system_error(asio::error::operation_aborted);
        if (failure_ && !waiter.message) std::rethrow_exception(failure_);
    }
    co_return *std::move(waiter.message);
}

void Pipeline::close() {
    fail(std::make_exception_ptr(system_error(asio::error::operation_aborted)));
    connection_->stream().close();
}

void Pipeline::fail(std::exception_ptr failure) {
    if (failure_) return;
    failure_ = failure != nullptr ? std::move(failure)
                                  : std::make_exception_ptr(system_error(asio::error::eof));
    for (const auto& [id, waiter] : waiters_)
        waiter->answered.cancel();
}

}  // namespace postern::ldap
