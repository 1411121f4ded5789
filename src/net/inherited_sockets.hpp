#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "net/stream.hpp"

namespace postern::net {

// Listening sockets that whoever started us holds open, and the next of us will have too (systemd's
// socket activation, sd_listen_fds(3)): what waits in their queues is lost with no process.
class InheritedSockets {
 public:
    InheritedSockets() = default;  // none
    // Those of LISTEN_FDS, when LISTEN_PID says that we are meant; what does not listen for TCP is
    // left alone.
    static InheritedSockets of_environment();

    // A descriptor of the caller's own for the one that is bound there; nullopt: there is none.
    std::optional<int> duplicate(const Endpoint& endpoint) const;
    std::vector<Endpoint> endpoints() const;

 private:
    std::vector<std::pair<Endpoint, int>> sockets_;  // open until the process ends
};

}  // namespace postern::net
