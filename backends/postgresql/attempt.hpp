#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "net/task.hpp"
#include "postgresql/server.hpp"

namespace postern::postgresql {

// What one attempt at one server tells about that server, also when the question is cut off from
// outside: a server that hangs may be noticed by that alone.
class Attempt {
 public:
    Attempt(Server& server, net::Clock::duration patience)
        : server_(server), begun_(net::Clock::now()), patience_(patience) {}
    ~Attempt() {
        const bool hangs = !concluded_ && net::Clock::now() - begun_ >= patience_;
        if (hangs) server_.attempt_failed(begun_, "no answer");
    }
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;

    void answered() { concluded_ = true; }
    // `is_certain`: whatever else it answers meanwhile, it cannot be asked.
    void failed(std::string_view why, bool is_certain) {
        concluded_ = true;
        server_.attempt_failed(is_certain ? net::Deadline::max() : begun_, why);
    }

 private:
    Server& server_;
    const net::Clock::time_point begun_;
    const net::Clock::duration patience_;
    bool concluded_ = false;
};

struct Failure {
    std::string why;
    bool is_certain = false;
};
Failure failure_of(const std::exception_ptr& thrown);

}  // namespace postern::postgresql
