#include "session/environment.hpp"

#include <algorithm>

namespace postern::session {

smtp::Capabilities Environment::offered() const {
    smtp::Capabilities offered;
    for (bool first = true; const auto* next_hop : reachable_next_hops) {
        auto its = next_hop->offered();
        offered = first ? std::move(its) : smtp::intersection(offered, its);
        first = false;
    }
    // Pipelining, status codes, chunks and SIZE are our own; the rest is only promised when the
    // next hop keeps it.
    offered.pipelining = true;
    offered.enhanced_status_codes = true;
    offered.chunking = true;
    const auto theirs = offered.size.value_or(0);
    const auto ours = settings.limits.message_size;
    offered.size = theirs == 0 ? ours
                               : std::min(ours, theirs > upstream::trace_allowance
                                                    ? theirs - upstream::trace_allowance
                                                    : 1);
    offered.starttls = false;
    offered.auth.clear();
    offered.xclient.clear();
    return offered;
}

}  // namespace postern::session
