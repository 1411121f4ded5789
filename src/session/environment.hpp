#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "directory/service.hpp"
#include "net/tls_context.hpp"
#include "observe/log.hpp"
#include "session/settings.hpp"
#include "upstream/next_hop.hpp"

namespace postern::session {

// The memory that all sessions together may spend on headers that wait for their judgement.
class HeaderMemory {
 public:
    explicit HeaderMemory(std::uint64_t limit) : limit_(limit) {}
    bool reserve(std::uint64_t octets);
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
    HeaderShare(const HeaderShare&) = delete;
    HeaderShare& operator=(const HeaderShare&) = delete;

    bool granted() const { return octets_ > 0; }
    void give_back() { memory_.release(std::exchange(octets_, 0)); }

 private:
    HeaderMemory& memory_;
    std::uint64_t octets_;
};

// What all sessions of one generation of the settings share. Immutable but for counters; a reload
// makes a new one, and sessions that are under way keep theirs to their end.
struct Environment {
    Settings settings;
    std::map<std::string, std::unique_ptr<directory::Service>, std::less<>> directories;
    std::map<std::string, std::shared_ptr<upstream::NextHop>, std::less<>> next_hops;
    std::vector<upstream::NextHop*> reachable_next_hops;  // that the expression can name
    observe::Log& log;
    const std::atomic<bool>& draining;
    mutable HeaderMemory header_memory;

    // What may be promised whichever next hop a transaction ends at.
    smtp::Capabilities offered() const;
};

// The listener a client came in by.
struct Listener {
    std::string name;
    bool implicit_tls = false;
    std::shared_ptr<const net::TlsContext> tls;  // nullptr: no certificate, no STARTTLS
};

}  // namespace postern::session
