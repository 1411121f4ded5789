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
    std::size_t size() const { return seen_.size(); }

 private:
    Lru<Generation> seen_;
};

}  // namespace postern::cache
