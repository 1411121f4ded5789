#include "net/slots.hpp"

#include "net/bell.hpp"

namespace postern::net {

struct Slots::Waiter {
    Bell bell;
    bool granted = false;
};

// A waiter's place in the line, for as long as its coroutine exists. A slot granted to somebody who
// has gone is passed on.
class Slots::Place {
 public:
    explicit Place(Slots& slots) : slots_(slots) {
        const std::lock_guard lock(slots_.mutex_);
        if (slots_.free_ > 0 && slots_.line_.empty()) {
            --slots_.free_;
            waiter_.granted = true;
        } else {
            slots_.line_.push_back(&waiter_);
        }
    }
    ~Place() {
        if (take_grant()) slots_.release();
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    Bell& bell() { return waiter_.bell; }

    // Leaves the line. True: with a slot, which is the caller's from now on.
    bool take_grant() {
        const std::lock_guard lock(slots_.mutex_);
        std::erase(slots_.line_, &waiter_);
        return std::exchange(waiter_.granted, false);
    }
    bool granted() {
        const std::lock_guard lock(slots_.mutex_);
        return waiter_.granted;
    }

 private:
    Slots& slots_;
    Waiter waiter_;
};

std::optional<Slots::Slot> Slots::try_acquire() {
    const std::lock_guard lock(mutex_);
    if (free_ == 0 || !line_.empty()) return std::nullopt;
    --free_;
    return Slot(shared_from_this());
}

bool Slots::has_room() {
    const std::lock_guard lock(mutex_);
    return free_ > 0;
}

std::size_t Slots::taken() {
    const std::lock_guard lock(mutex_);
    return limit_ - free_;
}

Task<std::optional<Slots::Slot>> Slots::acquire(Deadline deadline) {
    const auto self = shared_from_this();
    Place place(*this);
    if (!place.granted()) co_await place.bell().sleep_until(deadline);
    if (!place.take_grant()) co_return std::nullopt;
    co_return Slot(self);
}

void Slots::release() {
    const std::lock_guard lock(mutex_);
    if (line_.empty()) {
        ++free_;
        return;
    }
    Waiter& first = *line_.front();
    line_.pop_front();
    first.granted = true;
    first.bell.ring();
}

}  // namespace postern::net
