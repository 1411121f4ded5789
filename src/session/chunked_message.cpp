#include "session/chunked_message.hpp"

#include "smtp/replies.hpp"

namespace postern::session {

namespace replies = smtp::replies;

net::Task<std::optional<smtp::Reply>> ChunkedMessage::take(std::string_view octets) {
    using Status = smtp::ChunkScanner::Status;
    while (!octets.empty()) {
        const auto found = scanner_.scan(octets);
        if (auto refusal = co_await message_.take(octets.substr(0, found.content)))
            co_return refusal;
        octets.remove_prefix(found.content);
        if (found.status == Status::nul) co_return co_await message_.refuse(replies::nul_octet());
        std::string_view put_in;
        if (found.status == Status::dot) put_in = ".";
        if (found.status == Status::bare_cr) put_in = "\n";  // the CR has gone on
        if (found.status == Status::bare_lf) put_in = "\r\n";
        const bool is_newline = put_in.ends_with('\n');
        if (is_newline && (!normalizes_ || !message_.has_begun()))
            co_return co_await message_.refuse(replies::bare_newline());
        if (auto refusal = co_await message_.take(put_in)) co_return refusal;
        if (found.status == Status::bare_lf) octets.remove_prefix(1);
    }
    co_return std::nullopt;
}

// DATA, by which it goes on, can only end at the end of a line.
net::Task<smtp::Reply> ChunkedMessage::finish() {
    if (scanner_.behind_cr()) {
        if (!normalizes_) co_return co_await message_.refuse(replies::bare_newline());
        if (auto refusal = co_await message_.take("\n")) co_return *refusal;
    } else if (!scanner_.at_line_start()) {
        if (auto refusal = co_await message_.take("\r\n")) co_return *refusal;
    }
    co_return co_await message_.finish();
}

}  // namespace postern::session
