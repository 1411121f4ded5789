#pragma once

#include <cstdint>
#include <string_view>

#include "session/client.hpp"
#include "smtp/body_scanner.hpp"

namespace postern::session {

// The octets of one message as they come from the client, already found good: `content` is what may
// be passed on. A client that goes away before its end of data makes every function throw eof.
class BodyReader {
 public:
    explicit BodyReader(Client& client) : client_(client) { client_.begin_body(); }

    // Waits until there is content, or the message has ended, or something speaks against going on.
    net::Task<> next();
    std::string_view content() const { return client_.body().substr(0, ready_); }
    void consume(std::size_t octets);

    // Once all content has been consumed.
    bool ended() const { return ready_ == 0 && status_ == smtp::BodyScanner::Status::end; }
    // What stands behind the content may not stand there.
    bool violated() const {
        return status_ != smtp::BodyScanner::Status::more &&
               status_ != smtp::BodyScanner::Status::end;
    }
    smtp::Reply violation() const;
    // A CR or an LF alone, once all content has been consumed, is taken out: the caller puts a CRLF
    // in its place, and a dot that follows begins a line. False: it is something else.
    bool take_bare_newline();
    // Octets consumed so far, dot-stuffing included.
    std::uint64_t octets() const { return octets_; }

    // Reads to the end of data and forgets; false when that takes more than `most` octets or too
    // long.
    net::Task<bool> swallow(std::uint64_t most, net::Deadline until);

 private:
    void scan();

    Client& client_;
    smtp::BodyScanner scanner_;
    smtp::BodyScanner::Status status_ = smtp::BodyScanner::Status::more;
    std::size_t ready_ = 0;
    std::size_t end_of_data_ = 0;  // octets of it behind the content
    std::uint64_t octets_ = 0;
};

}  // namespace postern::session
