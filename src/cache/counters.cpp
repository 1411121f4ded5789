#include "cache/counters.hpp"

namespace postern::cache {

net::Task<std::vector<std::uint64_t>> Counters::read(std::vector<std::string> names) {
    std::vector<std::uint64_t> counts;
    counts.reserve(names.size());
    for (const auto& name : names)
        counts.push_back(local_.read(name, net::Clock::now()));
    co_return counts;
}

void Counters::count(const std::string& name, std::chrono::milliseconds window) {
    local_.count(name, window, net::Clock::now());
}

void Counters::forget(const std::string& name) {
    local_.forget(name);
}

}  // namespace postern::cache
