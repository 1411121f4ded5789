#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smtp/reply.hpp"

namespace postern::session {

// The header of a message that is being received, held back until it has been judged: up to and
// with the empty line, or the whole message when it has none. Octets are as on the wire,
// dot-stuffed.
class HeldHeader {
 public:
    explicit HeldHeader(std::uint64_t limit) : limit_(limit) {}

    // How many octets of `content` still belong to the header.
    std::size_t take(std::string_view content);
    bool complete() const { return complete_; }
    bool too_long() const { return octets_.size() > limit_; }
    const std::string& octets() const { return octets_; }

    // Does anything speak against it? Only its size, today; this is the place where From and Sender
    // are judged.
    std::optional<smtp::Reply> objection() const;

 private:
    std::uint64_t limit_;
    std::string octets_;
    bool complete_ = false;
};

}  // namespace postern::session
