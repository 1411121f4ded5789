#include "session/attempts_under_way.hpp"

#include <boost/asio/as_tuple.hpp>

namespace postern::session {

// A place in the line for as long as it lives.
class AttemptsUnderWay::Turn {
 public:
    Turn(AttemptsUnderWay& all, const std::string& name, Waiter& waiter)
        : all_(all), name_(name), waiter_(waiter) {
        all_.lines_[name_].waiting.push_back(&waiter_);
    }
    ~Turn() {
        if (waiter_.woken) return;
        all_.lines_[name_].waiting.remove(&waiter_);
        all_.tidy(name_);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

 private:
    AttemptsUnderWay& all_;
    const std::string& name_;
    Waiter& waiter_;
};

std::uint64_t AttemptsUnderWay::count(const std::string& name) const {
    const auto found = lines_.find(name);
    return found == lines_.end() ? 0 : found->second.under_way;
}

void AttemptsUnderWay::enter(const std::string& name) {
    ++lines_[name].under_way;
}

void AttemptsUnderWay::leave(const std::string& name) {
    --lines_.at(name).under_way;
    wake_one(name);
}

net::Task<bool> AttemptsUnderWay::wait(const std::string& name, net::Deadline deadline) {
    Waiter waiter{net::Timer(co_await net::this_executor(), deadline)};
    const Turn turn(*this, name, waiter);
    co_await waiter.timer.async_wait(boost::asio::as_tuple(net::use_task));
    co_return waiter.woken;
}

void AttemptsUnderWay::wake_one(const std::string& name) {
    const auto found = lines_.find(name);
    if (found == lines_.end()) return;
    auto& waiting = found->second.waiting;
    if (!waiting.empty()) {
        auto& first = *waiting.front();
        waiting.pop_front();
        first.woken = true;
        first.timer.cancel();
    }
    tidy(name);
}

void AttemptsUnderWay::tidy(const std::string& name) {
    const auto found = lines_.find(name);
    if (found != lines_.end() && found->second.under_way == 0 && found->second.waiting.empty())
        lines_.erase(found);
}

}  // namespace postern::session
