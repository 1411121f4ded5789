#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace postern::session {

// The memory that all sessions together may spend on headers that wait for their judgement.
class HeaderMemory {
 public:
    explicit HeaderMemory(std::uint64_t limit) : limit_(limit) {}
    bool reserve(std::uint64_t octets) {
        if (held_.fetch_add(octets) + octets <= limit_) return true;
        held_ -= octets;
        return false;
    }
    void release(std::uint64_t octets) { held_ -= octets; }

 private:
    const std::uint64_t limit_;
    std::atomic<std::uint64_t> held_{0};
};

// One session's share of it, given back at the end of the scope at the latest.
class HeaderShare {
 public:
    HeaderShare(HeaderMemory& memory, std::uint64_t octets)
        : memory_(memory), octets_(memory.reserve(octets) ? octets : 0) {}
    ~HeaderShare() { give_back(); }
    HeaderShare(HeaderShare&& other) noexcept
        : memory_(other.memory_), octets_(std::exchange(other.octets_, 0)) {}
    HeaderShare(const HeaderShare&) = delete;
    HeaderShare& operator=(const HeaderShare&) = delete;

    bool granted() const { return octets_ > 0; }
    void give_back() { memory_.release(std::exchange(octets_, 0)); }

 private:
    HeaderMemory& memory_;
    std::uint64_t octets_;
};

}  // namespace postern::session
