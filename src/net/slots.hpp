#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "net/task.hpp"

namespace postern::net {

// At most so many connections to one next hop, over all workers; who comes later waits in line.
// Thread-safe; a slot keeps the count alive.
class Slots : public std::enable_shared_from_this<Slots> {
 public:
    // The right to one connection; given back when it goes, on whatever thread.
    class Slot {
     public:
        explicit Slot(std::shared_ptr<Slots> slots) : slots_(std::move(slots)) {}
        ~Slot() {
            if (slots_) slots_->release();
        }
        Slot(Slot&& other) noexcept = default;
        Slot& operator=(Slot&& other) noexcept {
            std::swap(slots_, other.slots_);
            return *this;
        }

     private:
        std::shared_ptr<Slots> slots_;
    };

    explicit Slots(std::size_t limit) : limit_(limit), free_(limit) {}

    // nullopt: there is none, or somebody waits for the next one.
    std::optional<Slot> try_acquire();
    bool has_room();      // at this moment
    std::size_t taken();  // likewise
    // nullopt: none came free before the deadline.
    Task<std::optional<Slot>> acquire(Deadline deadline);

 private:
    struct Waiter;
    class Place;

    void release();

    const std::size_t limit_;
    std::mutex mutex_;
    std::size_t free_;
    std::deque<Waiter*> line_;
};

}  // namespace postern::net
