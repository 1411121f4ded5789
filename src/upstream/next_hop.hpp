// upstream: where the mail goes. A NextHop is a configured destination (smtp: a mail server;
// maildir: a folder, the embedded default), shared by all workers; a Connection is what one session
// has of it, used on that session's worker only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/task.hpp"
#include "observe/log.hpp"
#include "smtp/capabilities.hpp"
#include "smtp/command.hpp"
#include "smtp/reply.hpp"

namespace postern::upstream {

// What a gateway puts before a message at most, in octets: added to a SIZE= that is forwarded, and
// to be taken off the SIZE that a client is offered. `offered` has the next hop's own.
inline constexpr std::uint64_t trace_allowance = 4096;

// What the next hop may be told about the client (XCLIENT, Received:).
struct ClientIdentity {
    observe::Subject subject;  // for our log lines
    std::string address;       // "192.0.2.1", "2001:db8::1"
    std::uint16_t port = 0;
    std::string local_address;
    std::uint16_t local_port = 0;
    std::string helo;
    bool extended = true;  // EHLO
    std::string login;     // Principal::name, or empty
};

// One session's way to a next hop; transactions follow each other on it. Every reply is fit for our
// client: what the next hop says against *us*, and every failure, has already become the 451 of
// BEHAVIOUR section 1, with an event. Nothing throws but cancellation.
class Connection {
 public:
    virtual ~Connection() = default;  // cuts whatever is open: no message comes of it

    // Queues a command; nothing is awaited, so MAIL and RCPT can be pipelined (RFC 2920).
    virtual void mail(const smtp::Mail& mail) = 0;
    virtual void rcpt(const smtp::Rcpt& rcpt) = 0;
    // Sends what is queued and awaits the reply to the oldest unanswered command.
    virtual net::Task<smtp::Reply> reply() = 0;

    // Asks to begin the message; all replies have been taken. 354: go on with `write`. Anything
    // else: the reply for the end of the message, which is swallowed.
    virtual net::Task<smtp::Reply> data() = 0;
    // A piece of the message, dot-stuffed as on the wire, with back-pressure. False: it is of no
    // use to go on, `finish` has the reply.
    virtual net::Task<bool> write(std::string_view octets) = 0;
    // End of data. 250: the message is the next hop's now, and only now.
    virtual net::Task<smtp::Reply> finish() = 0;
    // Gives up the transaction at whatever point it is: RSET between commands, a cut inside the
    // message. No message comes of it. Afterwards `usable` tells whether another transaction may
    // start.
    virtual net::Task<> abandon() = 0;

    virtual bool usable() const = 0;
    // QUIT and close; short and silent.
    virtual net::Task<> quit() = 0;
};

class NextHop {
 public:
    virtual ~NextHop() = default;
    virtual const std::string& name() const = 0;
    // What an EHLO may promise of it, as last seen. Any thread.
    virtual smtp::Capabilities offered() const = 0;
    // How it is doing now. Any thread.
    struct Standing {
        bool up = true;  // it has answered last time, or nobody has tried yet
        std::optional<std::size_t> connections;  // of sessions; nullopt: it needs none
    };
    virtual Standing standing() const { return {}; }
    // Whether it may get mail of clients that nobody has authenticated: it learns who they are, it
    // relays no more for us than for strangers, or it relays nothing (BEHAVIOUR section 4).
    virtual bool safe_for_strangers() const { return false; }

    struct Opened {
        std::unique_ptr<Connection> connection;  // nullptr: `refusal` says why
        smtp::Reply refusal;
    };
    // Opens a connection for one session, within the next hop's own deadlines. Any worker.
    virtual net::Task<Opened> open(const ClientIdentity& client) = 0;

    // Background work (resolving, probing), on the background thread, until cancelled.
    virtual net::Task<> run() = 0;
};

}  // namespace postern::upstream
