#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "crypto/sip_hash.hpp"

namespace postern::cache {

struct Bound {
    std::size_t entries = 10'000;
    std::size_t bytes = std::size_t{16} * 1024 * 1024;
};

// Of what a value has on the heap; a value with more than itself says so beside its type.
inline std::size_t heap_size(std::uint64_t) {
    return 0;
}

// A table that forgets what was not used for longest once it is full. A hit allocates nothing.
template <class Value>
class Lru {
 public:
    explicit Lru(const Bound& bound) : bound_(bound) {}
    Lru(const Lru&) = delete;
    Lru& operator=(const Lru&) = delete;

    // nullptr: not there. What is there counts as used; it must not grow where it is.
    Value* find(std::string_view key) {
        const auto place = places_.find(key);
        if (place == places_.end()) return nullptr;
        by_use_.splice(by_use_.begin(), by_use_, place->second);
        return &place->second->value;
    }

    // In place of what was there. What alone is larger than everything may be is not kept.
    void put(std::string_view key, Value value) {
        forget(key);
        by_use_.push_front({std::string(key), std::move(value), 0});
        auto& entry = by_use_.front();
        entry.size = footprint(entry);
        places_.emplace(entry.key, by_use_.begin());
        bytes_ += entry.size;
        while (places_.size() > bound_.entries || bytes_ > bound_.bytes) {
            drop(std::prev(by_use_.end()));
            ++evicted_;
        }
    }

    void forget(std::string_view key) {
        if (const auto place = places_.find(key); place != places_.end()) drop(place->second);
    }

    template <class Predicate>
    void forget_if(Predicate predicate) {
        for (auto entry = by_use_.begin(); entry != by_use_.end();) {
            const auto next = std::next(entry);
            if (predicate(entry->value)) drop(entry);
            entry = next;
        }
    }

    void clear() {
        places_.clear();
        by_use_.clear();
        bytes_ = 0;
    }

    std::size_t size() const { return places_.size(); }
    std::size_t bytes() const { return bytes_; }
    std::uint64_t evicted() const { return evicted_; }

 private:
    struct Entry {
        std::string key;
        Value value;
        std::size_t size;
    };
    using Order = std::list<Entry>;  // the latest first
    using Place = typename Order::iterator;

    // Two nodes with their pointers, a bucket, and what the allocator adds to each.
    static constexpr std::size_t node_overhead =
        sizeof(Entry) + sizeof(std::string_view) + 10 * sizeof(void*);

    static std::size_t footprint(const Entry& entry) {
        const bool in_place = entry.key.capacity() <= std::string().capacity();
        return node_overhead + (in_place ? 0 : entry.key.capacity() + 1) + heap_size(entry.value);
    }

    void drop(Place entry) {
        bytes_ -= entry->size;
        places_.erase(entry->key);
        by_use_.erase(entry);
    }

    Bound bound_;
    Order by_use_;
    std::unordered_map<std::string_view, Place, crypto::SipHash> places_;
    std::size_t bytes_ = 0;
    std::uint64_t evicted_ = 0;
};

}  // namespace postern::cache
