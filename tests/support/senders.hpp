#pragma once

#include <atomic>
#include <cstdint>
#include <iosfwd>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/maildir.hpp"

namespace postern::test {

// What mail programs were told of their messages, each of which has a subject of its own.
struct Told {
    std::set<std::string> accepted;  // 250
    std::set<std::string> in_doubt;  // the connection broke behind the message, before the reply
    std::size_t refused = 0;         // 4xx or 5xx
    std::size_t sent_away = 0;       // 421, or no greeting: to be tried again
    std::size_t broken = 0;          // connections that broke, and those that were never made
};

// Mail programs that log in as jane in the clear and send to bob without a pause, each over one
// connection after the other.
class Senders {
 public:
    Senders(std::uint16_t port, std::size_t count);
    ~Senders();
    Senders(const Senders&) = delete;
    Senders& operator=(const Senders&) = delete;

    std::size_t accepted() const { return accepted_; }
    // Waits until that many more have been accepted: false when that takes a minute.
    bool wait_for(std::size_t more) const;
    // Lets them finish what they are at.
    Told stop();

 private:
    void work(std::uint16_t port, std::size_t number);
    void converse(std::uint16_t port, const std::string& name, std::string& under_way);

    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> accepted_{0};
    std::mutex mutex_;
    Told told_;
    std::vector<std::thread> threads_;
};

// That against what has arrived. Prints the counts, and makes the test fail when a message that was
// accepted is missing, when one is there twice, or when one is there that was refused.
void expect_none_lost(const Told& told, const Maildir& arrived, const std::string& what);

}  // namespace postern::test
