// bench: the load generator. Many SMTP sessions at once from one thread, each step timed, the
// gateway's CPU time and memory read from /proc. It talks to loopback addresses only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace postern::bench {

enum class Tls : std::uint8_t { none, starttls, implicit };
enum class Mechanism : std::uint8_t { none, plain, login };

struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::size_t sessions = 1000;
    std::size_t concurrency = 20;
    std::size_t warm_up = 0;  // sessions before the counted ones
    Tls tls = Tls::starttls;
    Mechanism mechanism = Mechanism::plain;
    std::size_t messages = 1;  // per session
    std::size_t size = 4096;   // octets of each message
    std::string login = "jane";
    std::string password;
    std::string sender = "jane@example.org";
    std::string recipient = "bob@example.org";
    std::size_t sources = 1;  // how many addresses of 127.0.0.0/8 to come from
    bool hold = false;
    int pid = 0;  // of the gateway; 0: its CPU time and memory are not read
    bool json = false;
    unsigned deadline = 600;  // seconds for everything
};

// Reads the command line. Ends the process, with status 64 and a sentence, when it is wrong.
Options parse_options(int count, char** arguments);

}  // namespace postern::bench
