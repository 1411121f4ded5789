#pragma once

#include <chrono>
#include <string>

#include "support/temporary_directory.hpp"

namespace postern::test {

// What a program would tell systemd over NOTIFY_SOCKET.
class NotifySocket {
 public:
    explicit NotifySocket(bool in_the_abstract_namespace = false);
    ~NotifySocket();
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    const std::string& name() const { return name_; }  // the value of NOTIFY_SOCKET
    // The next message, or an empty one when none comes.
    std::string next(std::chrono::milliseconds patience = std::chrono::seconds(20)) const;
    // The next one that begins like that, whatever comes before; empty: none comes.
    std::string next_of(const std::string& beginning) const;

 private:
    TemporaryDirectory directory_;
    std::string name_;
    int fd_ = -1;
};

}  // namespace postern::test
