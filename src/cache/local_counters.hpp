#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crypto/sip_hash.hpp"

namespace postern::cache {

// Counts that are forgotten when nothing was counted for a while. Bounded: the ones that were
// counted longest ago go first. Time is what the caller says it is.
class LocalCounters {
 public:
    using Time = std::chrono::steady_clock::time_point;
    struct Entry {
        std::string name;
        std::uint64_t count = 0;
        Time until;
        std::uint64_t kept = 0;  // of the count: nobody else has heard of it
    };

    explicit LocalCounters(std::size_t entries) : entries_(entries) {}

    // Adds one; the count lasts for `window` from now. The new one.
    std::uint64_t count(std::string_view name, std::chrono::milliseconds window, Time now);
    // What somebody else has counted.
    void set(std::string_view name, std::uint64_t count, Time until);
    std::uint64_t read(std::string_view name, Time now) const;
    void forget(std::string_view name);

    // One of those that were counted is not for others to hear.
    void keep(std::string_view name);
    std::uint64_t kept(std::string_view name, Time now) const;
    // So many, which from now on are kept no longer.
    std::uint64_t take_kept(std::string_view name);

    std::size_t size() const { return by_name_.size(); }
    // Those that count, the one that was counted last in front.
    std::vector<Entry> all(Time now) const;

 private:
    Entry& newest(std::string_view name);

    std::size_t entries_;
    std::list<Entry> by_age_;  // newest first
    // Strangers choose the names.
    std::unordered_map<std::string_view, std::list<Entry>::iterator, crypto::SipHash> by_name_;
};

}  // namespace postern::cache
