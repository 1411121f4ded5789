#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "config/section.hpp"

namespace postern::directory {

// What of a directory's answers may be remembered: the table `cache` of its section.
struct CacheSettings {
    std::size_t entries = 10'000;
    // For how long: that a password was right, and that it was wrong or nobody has that login.
    std::chrono::milliseconds positive = std::chrono::hours(1);
    std::chrono::milliseconds negative = std::chrono::minutes(1);
};

// `directory` is the section that has the table; nullopt: it has none. Mistakes become Problems.
std::optional<CacheSettings> read_cache_settings(config::Section& directory);

}  // namespace postern::directory
