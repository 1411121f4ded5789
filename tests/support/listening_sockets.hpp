#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace postern::test {

// Listening sockets of 127.0.0.1 that outlive the programs that serve them, as systemd holds them.
class ListeningSockets {
 public:
    // At these ports; 0: any.
    explicit ListeningSockets(const std::vector<std::uint16_t>& ports);
    ~ListeningSockets();
    ListeningSockets(const ListeningSockets&) = delete;
    ListeningSockets& operator=(const ListeningSockets&) = delete;

    std::uint16_t port(std::size_t number = 0) const { return ports_.at(number); }
    // `command`, with the sockets and what tells it of them.
    Command given_to(Command command) const;

 private:
    std::vector<int> descriptors_;
    std::vector<std::uint16_t> ports_;
};

}  // namespace postern::test
