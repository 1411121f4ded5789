#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/maildir.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {

// A real Postfix in a temporary directory, on a free port of 127.0.0.1, which trusts whoever comes
// from this machine and takes XCLIENT from there. Its own domain is example.org with the mailboxes
// bob and carol; mail for any other domain ends in a maildir of its own, so that a test sees what
// has been relayed to the outside. Needs root, as every Postfix does: the constructor throws
// std::runtime_error otherwise.
class Postfix {
 public:
    // `settings`: more lines for main.cf.
    explicit Postfix(std::string_view settings = "");
    ~Postfix();

    std::uint16_t port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

    Maildir mailbox(std::string_view local_part) const;  // "bob", "carol"
    Maildir outside() const;                             // what left for other domains
    // Waits until nothing is on its way, so that what is not in a maildir now will never be.
    // Throws.
    void wait_until_idle() const;
    std::string log() const;
    // Waits until that stands in the log, which is written in its own time; false: it does not
    // come.
    bool logs(std::string_view text) const;

    void stop();   // SIGTERM, as `postfix stop` does
    void kill();   // SIGKILL to all of it
    void start();  // again, with the same queue; returns when it greets

 private:
    void write_settings(std::string_view settings) const;
    void make_queue() const;
    void wait_for_greeting();

    TemporaryDirectory directory_;
    std::uint16_t port_;
    std::unique_ptr<Process> master_;
};

}  // namespace postern::test
