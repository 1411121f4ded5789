#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smtp/header_reader.hpp"

namespace postern::session {

// The header of a message that is being received, held back and read until it can be judged: up to
// and with the empty line, or the whole message when it has none. Octets are as on the wire,
// dot-stuffed.
class HeldHeader {
 public:
    HeldHeader(std::uint64_t limit, bool smtputf8)
        : limit_(limit), reader_({.dot_stuffed = true, .smtputf8 = smtputf8}) {}

    // How many octets of `content` still belong to the header; none any more once it is settled.
    std::size_t take(std::string_view content);
    // The message has ended.
    void finish() { reader_.finish(); }

    // More octets would change nothing: it is complete, too long, or cannot be judged.
    bool settled() const { return reader_.complete() || reader_.refusal() || too_long(); }
    bool too_long() const { return octets_.size() > limit_; }
    // Why it cannot be judged.
    const std::optional<smtp::HeaderRefusal>& refusal() const { return reader_.refusal(); }
    // What it says, when it is complete.
    const smtp::Header& fields() const { return reader_.header(); }
    // The octets, which are given away.
    std::string release() { return std::exchange(octets_, {}); }
    const std::string& octets() const { return octets_; }

 private:
    std::uint64_t limit_;
    smtp::HeaderReader reader_;
    std::string octets_;
};

}  // namespace postern::session
