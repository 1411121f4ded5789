#pragma once

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "net/stream.hpp"
#include "smtp/reply.hpp"
#include "smtp/reply_parser.hpp"

namespace postern::upstream {

// What the next hop sends is no SMTP.
class ProtocolError : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

// Our side of the wire to a next hop: commands out, replies in. What breaks throws (system_error,
// TlsError, ProtocolError). Every step runs until `expires_after`, set anew before it.
class SmtpWire {
 public:
    explicit SmtpWire(net::Stream stream) : stream_(std::move(stream)) {}

    void expires_after(net::Clock::duration duration) { stream_.expires_after(duration); }

    net::Task<> send(std::string_view octets) { return stream_.write(octets); }
    // For a message: sends and listens at once. False: something came back before all was sent, or
    // the other side has ended; the stream is then good for `reply` and nothing else.
    net::Task<bool> send_and_listen(std::string_view octets);
    // The end of the stream is an exception here: a reply was due.
    net::Task<smtp::Reply> reply();
    // A command line, and the reply to it.
    net::Task<smtp::Reply> ask(std::string command);

    // Octets that nobody has asked for yet: behind STARTTLS, an injection.
    bool has_unread() const { return !input_.empty(); }
    // Whether the next hop has said something that nobody has asked for: what is read next would
    // not be the answer to what is sent next.
    bool is_out_of_step() {
        return has_unread() || stream_.look_ahead() == net::Stream::Ahead::octets;
    }
    net::Task<> start_tls(std::shared_ptr<const net::TlsContext> context, std::string host);

    // QUIT, as politely as `at_most` allows. Throws nothing but cancellation.
    net::Task<> quit(net::Clock::duration at_most);

 private:
    net::Task<> listen();
    net::Task<> say_goodbye();

    net::Stream stream_;
    smtp::ReplyParser parser_;
    std::string input_;  // received and not parsed yet
    bool ended_ = false;
    std::array<char, 4096> buffer_;
};

}  // namespace postern::upstream
