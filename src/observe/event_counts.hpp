#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

#include "observe/measures.hpp"

namespace postern::observe {

struct Event;

// How often each event has happened, told or not. Any thread, no lock. Events live as long as the
// program; one that a plugin has a copy of is counted under its name.
class EventCounts {
 public:
    void add(const Event& event);
    std::map<std::string_view, std::uint64_t> by_name() const;

 private:
    struct Place {
        std::atomic<const Event*> event{nullptr};
        Counter count;
    };
    std::array<Place, 512> places_;  // several times as many as there are events
};

}  // namespace postern::observe
