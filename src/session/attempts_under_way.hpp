#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>

#include "net/task.hpp"

namespace postern::session {

// Attempts whose end nobody knows yet, by what they are counted as, and whoever waits for one of
// them to end, first come, first served. One thread.
class AttemptsUnderWay {
 public:
    std::uint64_t count(const std::string& name) const;
    void enter(const std::string& name);
    void leave(const std::string& name);  // wakes one

    // Until woken: true, and whoever then does not enter wakes the next. False: it is `deadline`.
    net::Task<bool> wait(const std::string& name, net::Deadline deadline);
    void wake_one(const std::string& name);

 private:
    struct Waiter {
        net::Timer timer;
        bool woken = false;
    };
    struct Line {
        std::uint64_t under_way = 0;
        std::list<Waiter*> waiting;
    };
    class Turn;
    void tidy(const std::string& name);

    std::unordered_map<std::string, Line> lines_;
};

}  // namespace postern::session
