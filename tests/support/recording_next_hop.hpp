// A next hop that keeps what it hears and answers what a test says.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "upstream/next_hop.hpp"

namespace postern::test {

class RecordingNextHop final : public upstream::NextHop {
 public:
    RecordingNextHop() {
        offered_.pipelining = offered_.enhanced_status_codes = offered_.eight_bit_mime = true;
        offered_.smtputf8 = offered_.dsn = true;
        offered_.size = 0;
    }

    const std::string& name() const override { return name_; }
    smtp::Capabilities offered() const override { return offered_; }
    bool safe_for_strangers() const override { return true; }
    net::Task<Opened> open(const upstream::ClientIdentity& client) override;
    net::Task<> run() override { co_return; }

    void set_offered(const smtp::Capabilities& offered) { offered_ = offered; }
    // The reply to the next command of that kind, "OPEN", "MAIL", "RCPT", "DATA" or "END", and to
    // all later ones.
    void answer(const std::string& command, smtp::Reply reply);
    // DATA is answered after a while.
    void hesitate(std::chrono::milliseconds pause) { pause_ = pause; }
    // A write fails once that many octets of a message have come.
    void break_after(std::size_t octets) { break_after_ = octets; }

    // The next one that comes finds a fault of ours.
    void surprise() { surprises_ = true; }

    // What was heard: "OPEN login", "MAIL path", "RCPT path", "DATA", "END", "CUT", "RSET", "QUIT".
    std::vector<std::string> heard() const;
    std::size_t count(const std::string& line) const;
    // The messages that were acknowledged, as on the wire without the end of data.
    std::vector<std::string> messages() const;

 private:
    class Connection;
    friend class Connection;
    void hear(std::string line);
    smtp::Reply reply_to(const std::string& command, smtp::Reply fallback);

    std::string name_ = "recording";
    smtp::Capabilities offered_;
    std::chrono::milliseconds pause_{0};
    std::size_t break_after_ = std::string::npos;
    std::atomic<bool> surprises_ = false;
    mutable std::mutex mutex_;
    std::map<std::string, smtp::Reply> answers_;
    std::vector<std::string> heard_;
    std::vector<std::string> messages_;
};

}  // namespace postern::test
