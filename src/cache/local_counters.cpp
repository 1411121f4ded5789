#include "cache/local_counters.hpp"

namespace postern::cache {

void LocalCounters::count(std::string_view name, std::chrono::milliseconds window, Time now) {
    auto known = by_name_.find(name);
    if (known == by_name_.end()) {
        by_age_.push_front({std::string(name), 0, now});
        known = by_name_.emplace(by_age_.front().name, by_age_.begin()).first;
    } else {
        by_age_.splice(by_age_.begin(), by_age_, known->second);
    }
    auto& entry = *known->second;
    entry.count = entry.until > now ? entry.count + 1 : 1;
    entry.until = now + window;
    if (by_age_.size() > entries_) {
        by_name_.erase(by_age_.back().name);
        by_age_.pop_back();
    }
}

std::uint64_t LocalCounters::read(std::string_view name, Time now) const {
    const auto known = by_name_.find(name);
    return known != by_name_.end() && known->second->until > now ? known->second->count : 0;
}

void LocalCounters::forget(std::string_view name) {
    const auto known = by_name_.find(name);
    if (known == by_name_.end()) return;
    const auto entry = known->second;
    by_name_.erase(known);
    by_age_.erase(entry);
}

}  // namespace postern::cache
