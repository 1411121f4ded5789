#pragma once

#include <memory>
#include <string>

#include "config/section.hpp"
#include "net/offload.hpp"
#include "observe/log.hpp"
#include "upstream/next_hop.hpp"

namespace postern::upstream {

// What next hops need of the house; all of it outlives them.
struct NextHopParts {
    std::string hostname;         // server.hostname
    net::BlockingPool& blocking;  // for the file system
    observe::Log& log;
};

// The next hop of one [next-hop.x] section, by its `type`. Does no I/O but reading the files that
// the TLS settings name. nullptr: the section has Problems.
std::shared_ptr<NextHop> make_next_hop(const std::string& name, config::Section& section,
                                       const NextHopParts& parts);

}  // namespace postern::upstream
