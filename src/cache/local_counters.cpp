#include "cache/local_counters.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace postern::cache {

std::uint64_t LocalCounters::count(std::string_view name, std::chrono::milliseconds window,
                                   Time now) {
    auto& entry = newest(name);
    if (entry.until <= now) entry.count = entry.kept = 0;
    entry.until = now + window;
    return ++entry.count;
}

void LocalCounters::set(std::string_view name, std::uint64_t count, Time until) {
    auto& entry = newest(name);
    entry.count = count;
    entry.until = until;
}

// Another one may make room for it.
LocalCounters::Entry& LocalCounters::newest(std::string_view name) {
    if (const auto known = by_name_.find(name); known != by_name_.end()) {
        by_age_.splice(by_age_.begin(), by_age_, known->second);
        return by_age_.front();
    }
    by_age_.push_front({std::string(name), 0, Time::min()});
    by_name_.emplace(by_age_.front().name, by_age_.begin());
    if (by_age_.size() > entries_) {
        by_name_.erase(by_age_.back().name);
        by_age_.pop_back();
    }
    return by_age_.front();
}

std::uint64_t LocalCounters::read(std::string_view name, Time now) const {
    const auto known = by_name_.find(name);
    return known != by_name_.end() && known->second->until > now ? known->second->count : 0;
}

void LocalCounters::keep(std::string_view name) {
    if (const auto known = by_name_.find(name); known != by_name_.end()) ++known->second->kept;
}

std::uint64_t LocalCounters::kept(std::string_view name, Time now) const {
    const auto known = by_name_.find(name);
    return known != by_name_.end() && known->second->until > now ? known->second->kept : 0;
}

std::uint64_t LocalCounters::take_kept(std::string_view name) {
    const auto known = by_name_.find(name);
    return known != by_name_.end() ? std::exchange(known->second->kept, 0) : 0;
}

std::vector<LocalCounters::Entry> LocalCounters::all(Time now) const {
    std::vector<Entry> counting;
    std::ranges::copy_if(by_age_, std::back_inserter(counting),
                         [now](const auto& entry) { return entry.until > now; });
    return counting;
}

void LocalCounters::forget(std::string_view name) {
    const auto known = by_name_.find(name);
    if (known == by_name_.end()) return;
    const auto entry = known->second;
    by_name_.erase(known);
    by_age_.erase(entry);
}

}  // namespace postern::cache
