#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "session/transfer.hpp"
#include "smtp/chunk_scanner.hpp"

namespace postern::session {

// A message that comes in chunks (BDAT, RFC 3030) and goes on by DATA.
class ChunkedMessage {
 public:
    // `normalizes`: a bare CR or LF in the body becomes CRLF.
    ChunkedMessage(Transfer transfer, bool normalizes)
        : message_(std::move(transfer)), normalizes_(normalizes) {}

    // As in Transfer.
    bool has_room() const { return message_.has_room(); }
    std::uint64_t octets() const { return message_.octets(); }
    net::Task<smtp::Reply> refuse(smtp::Reply reply) { return message_.refuse(std::move(reply)); }

    // A piece of a chunk, as it came. nullopt: go on.
    net::Task<std::optional<smtp::Reply>> take(std::string_view octets);
    // Behind the last chunk.
    net::Task<smtp::Reply> finish();

 private:
    Transfer message_;
    smtp::ChunkScanner scanner_;
    const bool normalizes_;
};

}  // namespace postern::session
