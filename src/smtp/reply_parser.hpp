#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "smtp/reply.hpp"

namespace postern::smtp {

// Reads the replies of a next hop, however the octets are cut. Forgiving where servers are sloppy
// (a bare LF as line end, a code without text), strict where it matters: three digits 2xx to 5xx,
// one code for all lines of a reply, at most 1000 lines of 2048 octets, of which the first 100 are
// kept. Octets that are neither printable ASCII nor valid UTF-8 become "?".
class ReplyParser {
 public:
    enum class Status : std::uint8_t { incomplete, complete, garbage };

    static constexpr std::size_t max_lines = 1000;
    static constexpr std::size_t kept_lines = 100;
    static constexpr std::size_t max_line = 2048;  // without its line end

    // Takes octets from the front of `input` and removes them from it. `complete`: `take()` has the
    // reply and `input` starts with what follows. `garbage`: the connection is of no more use.
    Status feed(std::string_view& input);
    Reply take();

 private:
    Status end_of_line();
    void add(std::string_view text);

    Reply reply_;
    std::string line_;
    std::size_t lines_ = 0;  // of this reply so far
    Status status_ = Status::incomplete;
};

}  // namespace postern::smtp
