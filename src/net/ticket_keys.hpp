#pragma once

#include <array>
#include <chrono>
#include <mutex>

namespace postern::net {

// Keys for session tickets (RFC 5077), our own so that a ticket works on every worker and over a
// reload. Rotated every 12 hours by whoever uses them; the previous key still opens tickets.
// Thread-safe.
class TicketKeys {
 public:
    struct Key {
        std::array<unsigned char, 16> name;
        std::array<unsigned char, 32> aes, hmac;
        std::chrono::steady_clock::time_point made;
    };

    TicketKeys();
    ~TicketKeys();
    TicketKeys(const TicketKeys&) = delete;
    TicketKeys& operator=(const TicketKeys&) = delete;

    Key current();  // rotates when it is due
    bool find(const unsigned char name[16], Key& found, bool& is_current);
    void rotate();

 private:
    std::mutex mutex_;
    Key current_, previous_;
};

}  // namespace postern::net
