#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "smtp/reply.hpp"

namespace postern::smtp {

// Reads the replies of a next hop, however the octets are cut. Forgiving where servers are sloppy (a
// bare LF as line end, a code without text), strict where it matters: three digits 2xx to 5xx, one
// code for all lines of a reply, at most 100 lines of 2048 octets. Octets that are neither printable
// ASCII nor valid UTF-8 become "?".
class ReplyParser {
 public:
    enum class Status : std::uint8_t { incomplete, complete, garbage };

    // Takes octets from the front of `input` and removes them from it. `complete`: `take()` has the
    // reply and `input` starts with what follows. `garbage`: the connection is of no more use.
    Status feed(std::string_view& input);
    Reply take();

 private:
    Status end_of_line();

    Reply reply_;
    std::string line_;
    bool complete_ = false;
};

}  // namespace postern::smtp
