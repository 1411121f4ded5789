#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "identity/credentials.hpp"
#include "net/task.hpp"

namespace postern::directory {

// The passwords that are being asked about, by login, and who waits for one of those questions to
// end. Askers of one password at a time share a question: further on they are one as well. On one
// thread; shared with the askers.
class OpenQuestions {
 public:
    struct Question {
        crypto::Secret password;
        std::string attempt;           // what it is counted as
        std::set<std::string> places;  // that are taken for it
        std::size_t askers = 0;
        bool is_concluded = false;  // whoever comes now asks anew
    };

    // `attempt`: of a question that nobody asks yet.
    std::shared_ptr<Question> enter(const identity::Credentials& credentials, std::string attempt);
    void leave(const std::string& login, const std::shared_ptr<Question>& question);
    // Somebody who waits may have a place now.
    void wake(const std::string& login);
    // Until then at most. False: too many of this login wait already.
    net::Task<bool> wait_for_change(std::string login, net::Deadline deadline);

 private:
    static constexpr std::size_t most_waiting = 64;  // of one login
    struct OfLogin {
        std::list<std::shared_ptr<Question>> questions;
        std::list<net::Timer*> waiting;
    };
    class Waiting;
    void forget_idle(const std::string& login);

    std::unordered_map<std::string, OfLogin> by_login_;
};

}  // namespace postern::directory
