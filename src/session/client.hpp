#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/stream.hpp"
#include "session/settings.hpp"
#include "smtp/reply.hpp"

namespace postern::session {

// The client's side of the wire: command lines and message octets in, replies out. Replies are
// collected and leave together when there is nothing more to read at hand (RFC 2920 3.2). Every
// wait has a deadline; one that passes throws system_error(timed_out), after which a last reply can
// still be written unless it was the client who did not read.
class Client {
 public:
    Client(net::Stream stream, const Limits& limits);

    // How long to wait for the next command. Between octets of one line `limits.command` holds as
    // well.
    void patience(net::Deadline until) { patience_ = until; }
    void patience_at_most(net::Deadline until) { patience_ = std::min(patience_, until); }

    enum class Line : std::uint8_t {
        complete,
        too_long,  // its octets are gone; the next line may follow
        no_carriage_return,
        end_of_stream,
    };
    // The next line without its CRLF into `line`, of one that is too long only its beginning;
    // `limit` counts the CRLF.
    net::Task<Line> read_line(std::string& line, std::size_t limit);
    // True when a whole line is here already: no need to wait, no need to flush.
    bool line_at_hand() const;
    // Waits until a line is at hand, but not beyond `until`.
    net::Task<bool> line_before(net::Deadline until);

    // Octets of a message. `body` is what is here; `more` reads more of it and is false at the end
    // of the stream. `consume` takes octets from the front.
    std::string_view body() const { return std::string_view(input_).substr(taken_); }
    net::Task<bool> more();
    void consume(std::size_t octets);
    void begin_body();                             // starts counting the data rate
    void pause_body(net::Clock::duration paused);  // it was the next hop who made the client wait
    void end_body();

    void say(const smtp::Reply& reply);
    net::Task<> flush();

    // STARTTLS and implicit TLS. Octets that were already here are an injection: see `body()`
    // before.
    net::Task<> start_tls(std::shared_ptr<const net::TlsContext> context);

    // Says `last`, if there is one, and closes. Throws nothing.
    net::Task<> leave(const smtp::Reply* last);

    const net::Stream& stream() const { return stream_; }

 private:
    net::Task<bool> fill(std::size_t room, net::Deadline deadline);
    void forget(std::size_t octets);
    void move_input_to(std::size_t room);
    void release_memory();  // an idle session's buffer is small

    net::Stream stream_;
    const Limits& limits_;
    std::string input_;  // octets from `taken_` on are unread
    std::size_t taken_ = 0;
    mutable std::size_t searched_ = 0;  // octets behind `taken_` known to hold no LF
    std::string output_;
    net::Deadline patience_ = net::Deadline::max();
    bool deaf_ = false;                // the client does not read
    net::Clock::time_point window_{};  // the data rate's window: when it began
    std::uint64_t in_window_ = 0;
};

}  // namespace postern::session
