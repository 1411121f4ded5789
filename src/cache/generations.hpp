#pragma once

#include <cstddef>
#include <string_view>

#include "cache/lru.hpp"
#include "cache/record.hpp"

namespace postern::cache {

// The highest generation this gateway has seen of each record: whoever hands an older one back,
// once it has shown a newer one, is not believed. Forgets what has not been seen for longest.
class Generations {
 public:
    explicit Generations(std::size_t records)
        : seen_({.entries = records, .bytes = records * 512}) {}

    // Of a record that has been opened, or written: true and remembered, or false: a miss, and
    // what is written in its place has the highest as its base.
    bool accepts(std::string_view record, Generation generation);
    Generation highest(std::string_view record);  // 0: none is remembered
    // How often any was raised until now, and until this one was for the last time.
    std::uint64_t rises() const { return rises_; }
    std::uint64_t rose(std::string_view record);
    std::size_t size() const { return seen_.size(); }

 private:
    struct Seen {
        Generation highest = 0;
        std::uint64_t rose = 0;
    };
    friend std::size_t heap_size(const Seen&) { return 0; }

    Lru<Seen> seen_;
    std::uint64_t rises_ = 0;
};

}  // namespace postern::cache
