#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/maildir.hpp"
#include "support/smtp_client.hpp"

namespace postern::test {

// A message from jane to bob that can be told from all others. Its subject says how long it is and
// what stands in it, so that a damaged one is noticed.
struct NumberedLetter {
    std::size_t sender = 0, number = 0;

    std::string subject() const;
    std::string text() const;  // 1 to 200 KiB; with CRLF, not dot-stuffed
};

// What became of one message, which its sender keeps until it is told 250.
struct Fate {
    bool accepted = false;
    // How often nobody could know: behind the end of data the connection broke before the reply, or
    // the gateway gave up (421), or the same had happened to it and the next hop (451 4.4.2).
    std::size_t doubts = 0;
};

// What mail programs were told.
struct Told {
    std::map<std::string, Fate> messages;  // by subject, those that came to their end of data
    std::size_t refused = 0;               // 4xx or 5xx to any command
    std::size_t sent_away = 0;             // 421, or no greeting: to be tried again
    std::size_t broken = 0;                // connections that broke, or were never made

    // What the sender of that message is told; the first is for a connection that broke.
    void doubt(const NumberedLetter& letter);
    void hear(const NumberedLetter& letter, const SmtpClient::Reply& reply);

    std::size_t accepted() const;
    std::size_t in_doubt() const;  // doubts of all messages
};

enum class Transport : std::uint8_t { clear, starttls };

// Mail programs that log in as jane and send to bob without a pause, several messages over one
// connection after the other, and each message again until it is told 250. They take turns in how
// they talk: one command after the other, PIPELINING, BDAT.
class Senders {
 public:
    Senders(std::uint16_t port, std::size_t count, Transport transport);
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
    void converse(std::uint16_t port, NumberedLetter& next);
    bool went_well(const SmtpClient::Reply& reply, int expected);
    SmtpClient::Reply transact(SmtpClient& client, const NumberedLetter& letter);

    const Transport transport_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> accepted_{0};
    std::mutex mutex_;
    Told told_;
    std::vector<std::thread> threads_;
};

// That against what has arrived. Prints the counts, and makes the test fail when a message that was
// accepted is missing, when one is damaged, or when one is there more often than it was accepted
// and in doubt.
void expect_none_lost(const Told& told, const std::vector<Maildir>& arrived,
                      const std::string& what);

}  // namespace postern::test
