#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cache/lru.hpp"

namespace postern::cache {

// What became of an attempt that wanted a place under a name.
struct Place {
    enum class Kind : std::uint8_t {
        none,   // all are taken
        taken,  // from now on
        kept,   // it had one before
    };
    Kind kind = Kind::none;
    std::uint64_t failed = 0;  // where there is none: how many of those that have one have failed

    bool is_had() const { return kind != Kind::none; }
};

// Attempts that may fail, by name: those under way and those that have failed hold one place each,
// so that no more can fail than there are places. A name is forgotten when nobody has taken a place
// or failed for a window. Bounded: the names that were used longest ago go first. Time is what the
// caller says it is.
class LocalAttempts {
 public:
    using Time = std::chrono::steady_clock::time_point;
    using Window = std::chrono::milliseconds;

    explicit LocalAttempts(std::size_t names)
        : names_({names, std::numeric_limits<std::size_t>::max()}) {}

    Place enter(std::string_view name, std::uint64_t places, const std::string& attempt,
                Window window, Time now);
    // Whether it had a place or not. True: others have failed before.
    bool fail(std::string_view name, const std::string& attempt, Window window, Time now);
    void leave(std::string_view name, const std::string& attempt);
    // It succeeded: what has failed is forgotten, and those under way are not.
    void succeed(std::string_view name, const std::string& attempt);

    // Nobody else has heard of what has failed under this name.
    void mark_untold(std::string_view name);
    // The attempts that have, but for those that are kept, and from now on count as told.
    std::vector<std::string> take_untold(std::string_view name);

    // This one has failed, and is not for others to hear; it counts here all the same.
    void keep(std::string_view name, const std::string& attempt);
    bool is_kept(std::string_view name, const std::string& attempt);
    std::uint64_t kept(std::string_view name);
    // Those, which from now on are kept no longer.
    std::vector<std::string> take_kept(std::string_view name);

 private:
    enum class State : std::uint8_t { under_way, failed, kept };
    struct Attempts {
        std::map<std::string, State> all;
        Time until;
        bool untold = false;
    };
    static std::uint64_t count_failed(const Attempts& attempts);
    friend std::size_t heap_size(const Attempts&) { return 0; }  // they are bounded in number
    Attempts& used(std::string_view name, Window window, Time now);
    void forget_empty(std::string_view name, const Attempts& attempts);

    Lru<Attempts> names_;
};

}  // namespace postern::cache
