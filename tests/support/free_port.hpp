#pragma once

#include <cstdint>

namespace postern::test {

// A TCP port of 127.0.0.1 that nobody listens on, and that no other test gets as long as this
// process lives. It lies below the ports that the kernel gives to outgoing connections.
std::uint16_t free_port();

}  // namespace postern::test
