#pragma once

#include <openssl/types.h>

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace postern::test {

// What a scripted server does in place of the reply of one step.
enum class Misdeed : std::uint8_t {
    none,
    close,        // hears the command and closes
    close_early,  // closes without waiting for it
    stall,        // hears the command and says nothing more
    garbage,      // answers something that is no SMTP
};

// One exchange: what the client is expected to say, and what it hears.
struct Step {
    enum class Kind : std::uint8_t { line, message } kind = Kind::line;
    std::string expect;       // the start of a line; empty: the server speaks without waiting
    std::string reply;        // the last CRLF is added; empty: none
    bool starts_tls = false;  // behind the reply
    bool closes = false;      // behind the reply
    Misdeed misdeed = Misdeed::none;
    std::size_t at_octet =
        0;  // of a message: replies after so many octets instead of at the end of data
};
using Script = std::vector<Step>;

Step greets(std::string reply = "220 mx.example.org ESMTP");
Step hears(std::string expect, std::string reply);
Step hears_then_closes(std::string expect, std::string reply);
Step starts_tls(std::string reply = "220 2.0.0 Ready");
// DATA has been answered: hears a message, however long.
Step hears_message(std::string reply = "250 2.0.0 Ok: queued as 4XYZ");
// Replies in the middle of a message, hears no more, and keeps the connection open.
Step interrupts_message(std::size_t at_octet, std::string reply);

Script with_misdeed(Script script, std::size_t step, Misdeed misdeed);

// An SMTP server that says what it is told to, on a free port of 127.0.0.1: connection n plays
// script n, and at its end answers QUIT. A connection that there is no script for is closed at
// once. Everything ends with the object, whatever a script was waiting for.
class ScriptedServer {
 public:
    struct Tls {
        std::string cert, key;  // PEM files
        bool implicit = false;
    };

    explicit ScriptedServer(std::vector<Script> scripts, std::optional<Tls> tls = std::nullopt);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::uint16_t port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

    // Command lines in the order in which they came, without CRLF; those of one connection, or of
    // all.
    std::vector<std::string> heard(std::size_t connection) const;
    std::vector<std::string> heard() const;
    // Whole messages as they came, dot-stuffed, without the end of data.
    std::vector<std::string> messages() const;
    // Messages that were answered with 250.
    std::size_t acknowledged() const { return acknowledged_; }
    std::size_t connections() const { return accepted_; }
    // Connections that are open now.
    std::size_t open() const { return open_; }
    // Lines that were not the expected ones.
    std::vector<std::string> surprises() const;

 private:
    class Dialogue;
    struct Record {
        std::size_t connection;
        std::string line;
    };

    void accept_all();
    void serve(int socket, std::size_t connection);

    std::vector<Script> scripts_;
    SSL_CTX* tls_ = nullptr;
    bool implicit_tls_ = false;
    int listener_ = -1;
    int stop_ = -1;  // readable: everything ends
    std::uint16_t port_ = 0;
    std::atomic<std::size_t> accepted_ = 0, open_ = 0, acknowledged_ = 0;

    mutable std::mutex mutex_;
    std::vector<Record> heard_;
    std::vector<std::string> messages_, surprises_;
    std::list<std::thread> dialogues_;
    std::thread acceptor_;
};

}  // namespace postern::test
